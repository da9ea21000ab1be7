// SPDX-License-Identifier: Apache-2.0
//
// Two minimal loops as reference points for capture readers: libpcap's own
// reader, and a loop that maps a little-endian pcap file and touches one byte
// of each header. The second is the bound that memory sets.
//   usage: limits libpcap|mapped FILE
#include <fcntl.h>
#include <pcap/pcap.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

struct Sum {
  std::uint64_t frames = 0;
  std::uint64_t touched = 0;  // keeps the compiler from removing the reads
};

Sum by_libpcap(const char* path) {
  std::array<char, PCAP_ERRBUF_SIZE> problem{};
  pcap_t* capture = pcap_open_offline(path, problem.data());
  if (capture == nullptr) {
    std::fprintf(stderr, "limits: %s\n", problem.data());
    std::exit(EXIT_FAILURE);
  }
  Sum sum;
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  while (pcap_next_ex(capture, &header, &bytes) == 1) {
    ++sum.frames;
    sum.touched += header->len;
  }
  pcap_close(capture);
  return sum;
}

Sum by_mapping(const char* path) {
  constexpr std::size_t kFileHeader = 24;
  constexpr std::size_t kRecordHeader = 16;
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0) {
    std::perror("limits");
    std::exit(EXIT_FAILURE);
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (mapped == MAP_FAILED) {
    std::perror("limits");
    std::exit(EXIT_FAILURE);
  }
  const auto* bytes = static_cast<const std::uint8_t*>(mapped);
  Sum sum;
  for (std::size_t at = kFileHeader; at + kRecordHeader < size; ++sum.frames) {
    std::uint32_t captured = 0;
    std::memcpy(&captured, bytes + at + 8, sizeof captured);
    sum.touched += bytes[at + kRecordHeader + 12];  // EtherType
    sum.touched += bytes[at + kRecordHeader + 40];  // in the TCP or UDP header
    at += kRecordHeader + captured;
  }
  return sum;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view kind = count == 3 ? arguments[1] : "";
  if (kind != "libpcap" && kind != "mapped") {
    std::fputs("usage: limits libpcap|mapped FILE\n", stderr);
    return EXIT_FAILURE;
  }
  const Sum sum =
      kind == "mapped" ? by_mapping(arguments[2]) : by_libpcap(arguments[2]);
  std::printf("%llu frames %llu\n", static_cast<unsigned long long>(sum.frames),
              static_cast<unsigned long long>(sum.touched));
  return EXIT_SUCCESS;
}
