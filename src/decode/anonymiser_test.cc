// SPDX-License-Identifier: Apache-2.0
#include "decode/anonymiser.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <set>

namespace flowtell {
namespace {

// The key of the sample distributed with the original Crypto-PAn.
constexpr AnonymiserKey kSampleKey = {
    {21,  34,  23,  141, 51,  164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
     216, 152, 143, 131, 121, 121, 101, 39,  98, 87, 76, 45, 42, 132, 34,  2}};

Address parsed(std::string_view text) { return *Address::parse(text); }

std::string mapped(std::string_view text) {
  return Anonymiser(kSampleKey).address(parsed(text)).text();
}

TEST(Anonymiser, MapsVersion4LikeTheCryptoPanSampleTrace) {
  EXPECT_EQ(mapped("128.11.68.132"), "135.242.180.132");
  EXPECT_EQ(mapped("129.118.74.4"), "134.136.186.123");
  EXPECT_EQ(mapped("130.132.252.244"), "133.68.164.234");
  EXPECT_EQ(mapped("141.223.7.43"), "141.167.8.160");
  EXPECT_EQ(mapped("152.163.225.39"), "151.140.114.167");
  EXPECT_EQ(mapped("192.102.249.13"), "252.138.62.131");
  EXPECT_EQ(mapped("24.0.250.221"), "100.15.198.226");
  EXPECT_EQ(mapped("64.14.118.196"), "0.255.183.58");
  EXPECT_EQ(mapped("10.185.25.118"), "117.161.29.118");
}

TEST(Anonymiser, MapsVersion6LikeOtherImplementations) {
  EXPECT_EQ(mapped("::1"), "78ff:f001:9fc0:20df:8380:b1f1:704:ed");
  EXPECT_EQ(mapped("::2"), "78ff:f001:9fc0:20df:8380:b1f1:704:ef");
  EXPECT_EQ(mapped("::ffff"), "78ff:f001:9fc0:20df:8380:b1f1:704:f838");
  EXPECT_EQ(mapped("2001:db8::1"), "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e");
  EXPECT_EQ(mapped("2001:db8::2"), "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c");
}

Address v4(std::uint32_t number) {
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  return Address::v4(bytes);
}

int common_bits(const Address& a, const Address& b) {
  for (std::size_t i = 0; i < a.bytes.size(); ++i) {
    const auto difference = static_cast<std::uint8_t>(a.bytes[i] ^ b.bytes[i]);
    if (difference != 0) {
      return static_cast<int>(8 * i) + std::countl_zero(difference);
    }
  }
  return 128;
}

Address near(Address address, std::size_t bit, const Address& rest) {
  address.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80u >> bit % 8);
  for (std::size_t i = bit / 8 + 1; i < 16; ++i) {
    address.bytes[i] = rest.bytes[i];
  }
  return address;
}

RC_GTEST_PROP(AnonymiserProperty, PreservesExactPrefixesOfVersion4,
              (std::uint32_t number, std::uint32_t rest)) {
  Anonymiser anonymiser(kSampleKey);
  const Address one = v4(number);
  for (std::size_t bit = 96; bit < 128; ++bit) {
    const Address other = near(one, bit, v4(rest));
    RC_ASSERT(common_bits(one, other) == static_cast<int>(bit));
    const Address from = anonymiser.address(one);
    const Address to = anonymiser.address(other);
    RC_ASSERT(from.is_v4() && to.is_v4());
    RC_ASSERT(common_bits(from, to) == static_cast<int>(bit));
  }
}

RC_GTEST_PROP(AnonymiserProperty, PreservesExactPrefixesOfVersion6, ()) {
  Anonymiser anonymiser(kSampleKey);
  const Address one{*rc::gen::arbitrary<std::array<std::uint8_t, 16>>()};
  const Address rest{*rc::gen::arbitrary<std::array<std::uint8_t, 16>>()};
  RC_PRE(!one.is_v4());
  for (std::size_t bit = 0; bit < 128; ++bit) {
    const Address other = near(one, bit, rest);
    if (other.is_v4()) continue;
    RC_ASSERT(common_bits(anonymiser.address(one), anonymiser.address(other)) ==
              static_cast<int>(bit));
  }
}

TEST(Anonymiser, MapsOneToOne) {
  Anonymiser anonymiser(kSampleKey);
  std::set<Address> results;
  for (std::uint32_t i = 0; i < 65'536; ++i) {
    results.insert(anonymiser.address(v4(0xc0a80000 + i)));
  }
  EXPECT_EQ(results.size(), 65'536u);
}

// More addresses than are cached, repeated in another order.
TEST(Anonymiser, IsConsistentBeyondItsCacheSize) {
  Anonymiser anonymiser(kSampleKey);
  std::vector<Address> first;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    first.push_back(anonymiser.address(v4(i * 65'537)));
  }
  for (std::uint32_t i = 10'000; i-- > 0;) {
    ASSERT_EQ(anonymiser.address(v4(i * 65'537)), first[i]) << i;
  }
}

// A cached result never belongs to another input.
TEST(Anonymiser, CachesWhatAFreshInstanceComputes) {
  Anonymiser anonymiser(kSampleKey);
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < 6000; ++i) {
      const Address address = v4(i * 65'537);
      const std::string name = address.text() + ".example";
      const Address mapped = anonymiser.address(address);
      const std::string mapped_name(anonymiser.name(name));
      if (i % 4 != 0) continue;
      Anonymiser fresh(kSampleKey);
      ASSERT_EQ(mapped, fresh.address(address)) << address.text();
      ASSERT_EQ(mapped_name, fresh.name(name)) << name;
    }
  }
}

// One object maps one address under two keys, the second after an assignment.
TEST(Anonymiser, KeepsNoCacheAcrossMoveAssignment) {
  AnonymiserKey key = kSampleKey;
  key.bytes[31] ^= 1;
  Anonymiser anonymiser(kSampleKey);
  const Address before = anonymiser.address(parsed("10.1.2.3"));
  const std::string name(anonymiser.name("www.example.com"));
  anonymiser = Anonymiser(key);
  EXPECT_NE(anonymiser.address(parsed("10.1.2.3")), before);
  EXPECT_NE(anonymiser.name("www.example.com"), name);
}

TEST(Anonymiser, MapsDifferentlyWithAnotherKey) {
  AnonymiserKey key = kSampleKey;
  key.bytes[0] ^= 1;
  Anonymiser one(kSampleKey);
  Anonymiser other(key);
  EXPECT_NE(one.address(parsed("10.1.2.3")), other.address(parsed("10.1.2.3")));
  EXPECT_NE(std::string(one.name("example.com")), other.name("example.com"));
  EXPECT_NE(one.capture("a.pcap"), other.capture("a.pcap"));
  EXPECT_NE(one.mac({0, 1, 2, 3, 4, 5}), other.mac({0, 1, 2, 3, 4, 5}));
}

TEST(Anonymiser, PreservesCommonNameSuffixes) {
  Anonymiser anonymiser(kSampleKey);
  const std::string www(anonymiser.name("www.example.com"));
  const std::string mail(anonymiser.name("mail.example.com"));
  const std::string domain(anonymiser.name("example.com"));
  EXPECT_EQ(domain.size(), 10u + 1 + 10);
  EXPECT_TRUE(www.ends_with('.' + domain));
  EXPECT_TRUE(mail.ends_with('.' + domain));
  EXPECT_NE(www, mail);
  EXPECT_EQ(www.find("example"), www.npos);
  EXPECT_EQ(anonymiser.name("www.example.com"), www) << "repeatable";
  EXPECT_FALSE(std::string(anonymiser.name("www.example.org"))
                   .starts_with(www.substr(0, 10)))
      << "a label depends on all labels to its right";
}

TEST(Anonymiser, KeepsEmptyLabels) {
  Anonymiser anonymiser(kSampleKey);
  const std::string com(anonymiser.name("com"));
  EXPECT_EQ(anonymiser.name(""), "");
  EXPECT_EQ(anonymiser.name(".com"), '.' + com);
  EXPECT_EQ(anonymiser.name("."), ".");
  EXPECT_EQ(anonymiser.name("com."), std::string(anonymiser.name("com.")));
}

TEST(Anonymiser, KeepsOnlyTheDashOfStandardInput) {
  const Anonymiser anonymiser(kSampleKey);
  EXPECT_EQ(anonymiser.capture("-"), "-");
  EXPECT_EQ(anonymiser.capture("alice.pcap").size(), 18u);
  EXPECT_NE(anonymiser.capture("alice.pcap"), anonymiser.capture("bob.pcap"));
}

TEST(Anonymiser, MarksMacsAsLocalAndKeepsTheGroupBit) {
  Anonymiser anonymiser(kSampleKey);
  const auto card = anonymiser.mac({0x3c, 0x28, 0x6d, 0, 0, 1});
  EXPECT_EQ(card[0] & 3, 2);
  EXPECT_NE(card, anonymiser.mac({0x3c, 0x28, 0x6d, 0, 0, 2}));
  EXPECT_EQ(anonymiser.mac({1, 0, 0x5e, 0, 0, 0xfb})[0] & 3, 3);
  const Anonymiser::Mac all = {255, 255, 255, 255, 255, 255};
  EXPECT_EQ(anonymiser.mac(all), all);
  const Station number = anonymiser.station(0x3c286d000001);
  for (std::size_t i = 0; i < card.size(); ++i) {
    EXPECT_EQ(number >> (8 * (5 - i)) & 0xff, card[i]) << "as its bytes";
  }
  EXPECT_NE(anonymiser.station(0x3c286d000002), number);
  EXPECT_EQ(anonymiser.station(0x3c286d000001), number);
  EXPECT_EQ(anonymiser.station(0), 0U) << "none stays none";
  EXPECT_EQ(anonymiser.device_name(""), "");
  const std::string name(anonymiser.device_name("annas-phone"));
  EXPECT_TRUE(name.starts_with("device-")) << name;
  EXPECT_EQ(name.find("anna"), std::string::npos);
  EXPECT_NE(anonymiser.device_name("bens-phone"), name);
  EXPECT_EQ(anonymiser.device_name("annas-phone"), name);
}

TEST(Anonymiser, MapsNetworksToTheirNewPrefixes) {
  Anonymiser anonymiser(kSampleKey);
  const std::string networks =
      anonymiser.networks("10.0.0.0/8,192.168.12.0/23,fe80::/10,10.1.2.3");
  EXPECT_EQ(networks.substr(0, 12), "117.0.0.0/8,") << networks;
  const Address inside = anonymiser.address(parsed("192.168.13.77"));
  const std::string second = networks.substr(12, networks.find(',', 12) - 12);
  ASSERT_TRUE(second.ends_with("/23")) << second;
  const Address network = parsed(second.substr(0, second.find('/')));
  EXPECT_GE(common_bits(inside, network), 96 + 23);
  EXPECT_EQ(network.bytes[15], 0);
  EXPECT_TRUE(networks.ends_with(anonymiser.address(parsed("10.1.2.3")).text() +
                                 "/32"));
}

TEST(AnonymiserKey, AcceptsBytesOrHexDigits) {
  const std::string raw(reinterpret_cast<const char*>(kSampleKey.bytes.data()),
                        32);
  EXPECT_EQ(AnonymiserKey::parse(raw)->bytes, kSampleKey.bytes);
  const auto hex = AnonymiserKey::parse(
      "1522178d33a4cf80130a5b1649907d10D8988F8379796527"
      "62574c2d2a842202\n");
  ASSERT_TRUE(hex);
  EXPECT_EQ(hex->bytes, kSampleKey.bytes);
}

TEST(AnonymiserKey, AcceptsEveryHexDigitAndNoOtherLetter) {
  const auto first_byte = [](char c) {
    const auto key = AnonymiserKey::parse(std::string(64, c));
    return key ? key->bytes[0] : -1;
  };
  const std::string_view digits = "0123456789abcdef";
  for (int value = 0; value < 16; ++value) {
    EXPECT_EQ(first_byte(digits[static_cast<std::size_t>(value)]), value * 17);
  }
  const std::string_view capitals = "ABCDEF";
  for (int value = 0; value < 6; ++value) {
    EXPECT_EQ(first_byte(capitals[static_cast<std::size_t>(value)]),
              (10 + value) * 17);
  }
  for (const char c : {'/', ':', '@', 'G', '`', 'g'}) {
    EXPECT_EQ(first_byte(c), -1) << c;
  }
}

TEST(AnonymiserKey, RejectsOtherContent) {
  for (const std::string& content :
       {std::string(), std::string("secret\n"), std::string(31, 'a'),
        std::string(33, 'a'), std::string(63, 'a'), std::string(65, 'a'),
        std::string(63, 'a') + 'g', ' ' + std::string(64, 'a')}) {
    EXPECT_FALSE(AnonymiserKey::parse(content)) << content;
  }
}

}  // namespace
}  // namespace flowtell
