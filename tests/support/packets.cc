// SPDX-License-Identifier: Apache-2.0
#include "support/packets.h"

namespace flowtell {

PacketSequence& PacketSequence::near(std::string_view address, Port port) {
  near_ = TestEnd(address, port);
  return *this;
}

PacketSequence& PacketSequence::far(std::string_view address, Port port) {
  far_ = TestEnd(address, port);
  return *this;
}

PacketSequence& PacketSequence::tcp() {
  protocol_ = Protocol::kTcp;
  return *this;
}

PacketSequence& PacketSequence::udp() {
  protocol_ = Protocol::kUdp;
  return *this;
}

PacketSequence& PacketSequence::after(Duration time) {
  now_ += time;
  return *this;
}

PacketSequence& PacketSequence::syn(std::uint32_t payload) {
  return add(near_, far_, kTcpSyn, payload);
}

PacketSequence& PacketSequence::syn_ack() {
  return add(far_, near_, kTcpSyn | kTcpAck, 0);
}

PacketSequence& PacketSequence::data(std::uint32_t payload) {
  return add(near_, far_, kTcpAck, payload);
}

PacketSequence& PacketSequence::reply(std::uint32_t payload) {
  return add(far_, near_, kTcpAck, payload);
}

PacketSequence& PacketSequence::fin() {
  return add(near_, far_, kTcpFin | kTcpAck, 0);
}

PacketSequence& PacketSequence::rst() { return add(near_, far_, kTcpRst, 0); }

PacketSequence& PacketSequence::add(const TestEnd& from, const TestEnd& to,
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

PacketSequence three_bursts() {
  PacketSequence story = packets();
  story.syn().syn_ack().data(300).reply(1400).reply(1400).after(20ms).data(10);
  story.udp().far("203.0.113.9", 53).data(40).after(8ms).reply(90);
  story.after(3s).tcp().data(1).after(500ms).reply(9);
  story.near("192.168.12.77", 40000).after(3s).data(700).reply(30);
  return story;
}

}  // namespace flowtell
