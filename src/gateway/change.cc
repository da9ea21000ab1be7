// SPDX-License-Identifier: Apache-2.0
#include "gateway/change.h"

#include <array>
#include <climits>
#include <cstdint>

namespace flowtell {
namespace {

// A missing text is empty, which no change accepts.
template <typename Kind>
ChangePtr with_one(const Json& json, const char* key) {
  std::string text = text_at(json, key);
  return text.empty() ? nullptr : std::make_unique<Kind>(std::move(text));
}

ChangePtr address_from(const Json& json) {
  const auto address = Ipv4Prefix::parse(text_at(json, "address"));
  std::string interface = text_at(json, "interface");
  if (!address || interface.empty()) return nullptr;
  return std::make_unique<AddressChange>(std::move(interface), *address);
}

ChangePtr setting_from(const Json& json) {
  const auto is_setting = [](const Setting& setting) {
    return setting.path.starts_with("/proc/sys/net/") && !setting.value.empty();
  };
  const Setting old = {text_at(json, "path"), text_at(json, "old")};
  const auto others = json.find("along");
  if (!is_setting(old) || others == json.end() || !others->is_array()) {
    return nullptr;
  }
  std::vector<Setting> linked;
  for (const Json& other : *others) {
    linked.push_back({text_at(other, "path"), text_at(other, "old")});
    if (!is_setting(linked.back())) return nullptr;
  }
  return std::make_unique<SettingChange>(old, text_at(json, "new"),
                                         std::move(linked));
}

ChangePtr dnsmasq_from(const Json& json) {
  std::string config = text_at(json, "config");
  const std::uint64_t number = number_at(json, "process", UINT64_MAX);
  if (config.empty() || number > INT_MAX) return nullptr;
  return std::make_unique<DnsmasqChange>(
      std::move(config),
      ProcessIdentity{static_cast<int>(number), number_at(json, "started", 0)});
}

ChangePtr unit_from(const Json& json) {
  std::string folder = text_at(json, "folder");
  std::string name = text_at(json, "name");
  if (folder.empty() || name.empty()) return nullptr;
  return std::make_unique<UnitChange>(std::move(folder), std::move(name));
}

struct Kind {
  std::string_view name;
  ChangePtr (*read)(const Json& json);
};

constexpr std::array<Kind, 8> kKinds = {{
    {"link",
     [](const Json& j) { return with_one<LinkChange>(j, "interface"); }},
    {"question",
     [](const Json& j) { return with_one<DhcpCheck>(j, "interface"); }},
    {"address", address_from},
    {"setting", setting_from},
    {"table", [](const Json& j) { return with_one<TableChange>(j, "name"); }},
    {"file", [](const Json& j) { return with_one<FileChange>(j, "path"); }},
    {"dnsmasq", dnsmasq_from},
    {"unit", unit_from},
}};

}  // namespace

Result<ChangePtr> change_from_json(const Json& json) {
  for (const Kind& kind : kKinds) {
    if (!json.is_object() || text_at(json, "change") != kind.name) continue;
    if (ChangePtr change = kind.read(json)) return change;
  }
  return fail(ErrorKind::kCorrupt, "it holds an unknown change");
}

}  // namespace flowtell
