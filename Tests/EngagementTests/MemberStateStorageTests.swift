import EventLog
import TestSupport
import Testing

@testable import Engagement

@Suite struct MemberStateStorageTests {
  private let day = Timestamp.microsecondsPerDay

  @Test(arguments: 0..<10 as Range<UInt64>)
  func bytesDependOnEventsAndClockAlone(chunk: UInt64) throws {
    for seed in 10_000 + chunk * 30..<10_000 + (chunk + 1) * 30 {
      var history = try LiveHistory(seed: seed)
      let plan = history.plan
      let last = LiveHistory.Step.clock(history.clock)
      let states = history.states(after: history.steps + [last])
      let events = history.events.map { LiveHistory.Step.event($0) }
      // Without the times told on the way, in another order, and told before all events.
      let shuffled = history.states(after: events.shuffled(using: &history.generator) + [last])
      let told = history.states(after: [last] + events.shuffled(using: &history.generator))
      for id in LiveHistory.memberIDs {
        let bytes = try #require(states[id]).encoded()
        #expect(try bytes == #require(shuffled[id]).encoded(), "seed \(seed), \(id)")
        #expect(try bytes == #require(told[id]).encoded(), "seed \(seed), \(id)")
        let read = try MemberState(decoding: bytes, plan: plan)
        #expect(read.encoded() == bytes, "seed \(seed), \(id)")
        // Stored once more along the way changes nothing either.
        var stored = MemberState(plan: plan)
        for step in history.steps + [last] {
          switch step {
          case .event(let event):
            if event.memberID == id { stored.add(event) }
            if event.targetID == id { stored.receive(event) }
          case .clock(let time): stored.advance(to: time)
          }
          if Int.random(in: 0..<4, using: &history.generator) == 0 {
            stored = try MemberState(decoding: stored.encoded(), plan: plan)
          }
        }
        #expect(stored.encoded() == bytes, "seed \(seed), \(id)")
      }
    }
  }

  /// A state with something in each of its parts.
  private func fullState(isWithCustom: Bool = false) throws -> (MemberState, LivePlan) {
    var settings = EngagementSettings(valueUse: .linear, aliases: ["social": ["like"]])
    try settings.add(CustomFeatureTests.order())
    let plan = LivePlan(
      features: LiveHistory.features
        + (isWithCustom ? [FeatureDefinition("order", aliases: [])] : []),
      settings: settings)
    var state = MemberState(plan: plan)
    let now = try #require(Timestamp("2024-02-29"))
    state.advance(to: now)
    for (index, age) in [400, 30, 3, -5].enumerated() {
      let event = Event(
        memberID: "a", timestamp: now.subtracting(days: age),
        type: index % 2 == 0 ? "like" : "post",
        value: index == 1 ? nil : 0.1, targetID: "b",
        properties: ["area": .string("north"), "note": .number(Double(index))])
      state.add(event)
      var received = event
      (received.memberID, received.targetID) = ("b", "a")
      state.receive(received)
    }
    return (state, plan)
  }

  private func isRefused(_ bytes: some Collection<UInt8>, _ plan: LivePlan) -> Bool {
    do {
      _ = try MemberState(decoding: bytes, plan: plan)
      return false
    } catch { return true }
  }

  @Test func bytesThatAreCutFlippedOrLongerAreRefused() throws {
    let (state, plan) = try fullState(isWithCustom: true)
    let bytes = state.encoded()
    #expect(!isRefused(bytes, plan))
    for length in bytes.indices { #expect(isRefused(bytes.prefix(length), plan), "\(length)") }
    #expect(isRefused(bytes + [0], plan))
    for position in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[position] ^= 1 << UInt8(bit)
        #expect(isRefused(flipped, plan), "byte \(position), bit \(bit)")
      }
    }
  }

  /// Damage that the checksum was made to fit, by which the parts themselves are checked.
  private func resealed(_ bytes: [UInt8]) -> [UInt8] {
    let body = bytes.dropLast(8)
    var writer = StoredByteWriter()
    writer.write(raw: checksum(body))
    return body + writer.bytes
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func forgedBytesAreRefusedOrAreAState(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let (state, plan) = try fullState(isWithCustom: seed % 2 == 1)
    let bytes = state.encoded()
    var accepted = 0
    for trial in 0..<1500 {
      var forged = bytes
      let position = Int.random(in: 4..<bytes.count - 8, using: &generator)
      switch trial % 4 {
      case 0: forged[position] = UInt8.random(in: 0...255, using: &generator)
      case 1: forged.remove(at: position)
      case 2: forged.insert([0, 0x7f, 0x80, 0xff][trial / 4 % 4], at: position)
      default:
        for _ in 0..<3 {
          forged[Int.random(in: 12..<bytes.count - 8, using: &generator)] = UInt8.random(
            in: 0...255, using: &generator)
        }
      }
      forged = resealed(forged)
      guard var read = try? MemberState(decoding: forged, plan: plan) else { continue }
      accepted += 1
      #expect(read.encoded() == forged, "seed \(seed), trial \(trial)")
      let clock = try #require(read.clock)
      for ahead in [0, 10, 20_000] {
        let asOf = clock.subtracting(days: -ahead)
        #expect(try read.values(asOf: asOf).count == plan.features.count)
      }
      read.advance(to: clock.subtracting(days: -1))
    }
    #expect((1..<1500).contains(accepted), "some damage cannot be told from another history")
  }

  @Test func hugeCountsAreRefusedBeforeTheyAreMadeRoomFor() throws {
    let (state, plan) = try fullState()
    // Magic and fingerprint, no times, and then 2^55 events, types and so on.
    for leading in 4..<24 {
      var writer = StoredByteWriter()
      for byte in state.encoded().prefix(12) { writer.write(byte: byte) }
      for _ in 4..<leading { writer.write(0) }
      for _ in 0..<4 { writer.write(1 << 55) }
      writer.write(raw: checksum(writer.bytes))
      #expect(isRefused(writer.bytes, plan))
    }
  }

  private func reason(_ bytes: [UInt8], _ plan: LivePlan) -> EngagementError? {
    do {
      _ = try MemberState(decoding: bytes, plan: plan)
      return nil
    } catch { return error }
  }

  @Test func reasonsSayWhatIsWrong() throws {
    let (state, plan) = try fullState()
    let bytes = state.encoded()
    var later = bytes
    later[3] = 2
    var damaged = bytes
    damaged[40] ^= 1
    let other = LivePlan(features: LiveHistory.features)
    #expect(reason([], plan) == .unreadableState(reason: "it is no state of a member"))
    #expect(
      reason(later, plan)
        == .unreadableState(reason: "it is of version 2, and this build reads 1"))
    #expect(reason(Array(bytes.prefix(9)), plan) == .unreadableState(reason: "it ends early"))
    #expect(reason(damaged, plan) == .unreadableState(reason: "it is damaged"))
    #expect(
      reason(bytes, other)
        == .unreadableState(reason: "it was kept for other features or settings"))
    #expect(
      reason(damaged, plan)?.description
        == "the stored state of a member cannot be read: it is damaged; build it again from the log"
    )
  }

  @Test func planOfSameNeedsReadsTheState() throws {
    func plan(_ names: String..., weights: [String: Double] = [:]) -> LivePlan {
      LivePlan(
        features: names.map { FeatureDefinition($0, aliases: []) },
        settings: EngagementSettings(weights: weights))
    }
    let first = plan("frequency_h14", "frequency_h56", "events_post", "events_30d")
    let same = plan("events_30d", "velocity", "share_like")
    #expect(first.fingerprint == same.fingerprint)
    #expect(first.fingerprint != plan("velocity", "share_like", "events_31d").fingerprint)
    #expect(first.fingerprint != plan("velocity", "events_30d").fingerprint)
    #expect(
      first.fingerprint
        != plan("events_30d", "velocity", "share_like", weights: ["post": 2]).fingerprint)
    var state = MemberState(plan: first)
    let now = try #require(Timestamp("2024-05-01"))
    state.add(Event(memberID: "a", timestamp: now, type: "like"))
    let read = try MemberState(decoding: state.encoded(), plan: same)
    #expect(try read.value(of: .share(of: "like", windowInDays: nil), asOf: now) == 1)
    #expect(try read.value(of: .eventCount(of: nil, windowInDays: 30), asOf: now) == 1)
  }

  /// Stored states of version 1 must stay readable: this one was written by it.
  @Test func formIsThatOfVersionOne() throws {
    let plan = LivePlan(features: [
      .recencyDays, .frequency(halfLifeInDays: 14), .eventCount(of: nil, windowInDays: 7),
      .typeEntropy,
    ])
    var state = MemberState(plan: plan)
    state.advance(to: Timestamp(microseconds: 20 * day))
    for days in [14, 6] as [Int64] {
      state.add(
        Event(memberID: "a", timestamp: Timestamp(microseconds: days * day), type: "x"))
    }
    let bytes = state.encoded()
    let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let instants = "8180cea6a532" + "8180b1988b0f" + "00" + "81809d8e9a23"
    let types = "02" + "01" + "0178" + "02"
    // 2 + 2^(6/14) in the block from 1970 on.
    let rate = "01" + "00" + "01" + "df49f85167c40a40"
    let kept = "01" + "80809d8e9a23" + "01" + "00"
    #expect(
      text == "434d5301" + "7a18bdd5882fab68" + instants + types + rate + "00" + "00" + "00"
        + "00" + "00" + kept + "00" + "00" + "0a40e9750bc197ee")
    #expect(try MemberState(decoding: bytes, plan: plan).encoded() == bytes)
  }
}
