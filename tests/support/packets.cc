// SPDX-License-Identifier: Apache-2.0
#include "support/packets.h"

namespace flowtell {

PacketStory& PacketStory::near(std::string_view address, Port port) {
  near_ = TestEnd(address, port);
  return *this;
}

PacketStory& PacketStory::far(std::string_view address, Port port) {
  far_ = TestEnd(address, port);
  return *this;
}

PacketStory& PacketStory::tcp() {
  protocol_ = Protocol::kTcp;
  return *this;
}

PacketStory& PacketStory::udp() {
  protocol_ = Protocol::kUdp;
  return *this;
}

PacketStory& PacketStory::after(Duration time) {
  now_ += time;
  return *this;
}

PacketStory& PacketStory::syn(std::uint32_t payload) {
  return add(near_, far_, kTcpSyn, payload);
}

PacketStory& PacketStory::syn_ack() {
  return add(far_, near_, kTcpSyn | kTcpAck, 0);
}

PacketStory& PacketStory::data(std::uint32_t payload) {
  return add(near_, far_, kTcpAck, payload);
}

PacketStory& PacketStory::reply(std::uint32_t payload) {
  return add(far_, near_, kTcpAck, payload);
}

PacketStory& PacketStory::fin() {
  return add(near_, far_, kTcpFin | kTcpAck, 0);
}

PacketStory& PacketStory::rst() { return add(near_, far_, kTcpRst, 0); }

PacketStory& PacketStory::add(const TestEnd& from, const TestEnd& to,
                              std::uint8_t flags, std::uint32_t payload) {
  const bool is_tcp = protocol_ == Protocol::kTcp;
  Packet packet;
  packet.time = now_;
  packet.source = from.address;
  packet.destination = to.address;
  packet.source_port = from.port;
  packet.destination_port = to.port;
  packet.protocol = protocol_;
  packet.tcp_flags = is_tcp ? flags : std::uint8_t{0};
  packet.tcp_sequence = 0;
  packet.payload_length = payload;
  packet.length = payload + (is_tcp ? 40 : 28);
  packets_.push_back(packet);
  return *this;
}

PacketStory three_bursts() {
  PacketStory story = packets();
  story.syn().syn_ack().data(300).reply(1400).reply(1400).after(20ms).data(10);
  story.udp().far("203.0.113.9", 53).data(40).after(8ms).reply(90);
  story.after(3s).tcp().data(1).after(500ms).reply(9);
  story.near("192.168.12.77", 40000).after(3s).data(700).reply(30);
  return story;
}

}  // namespace flowtell
