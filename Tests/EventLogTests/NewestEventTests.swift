import EventLog
import Foundation
import Testing

struct NewestEventTests {
  private func input(_ text: String) -> Input { .bytes(Array(text.utf8), name: "events.csv") }

  @Test func newestIsOfTheEventsThatCount() throws {
    let log = """
      member_id,timestamp,event,value,event_id
      a,2024-03-01,post,1,1
      b,2024-02-01,post,1,2
      c,2025-01-01,post,many,3
      d,2024-12-01,post,1,1
      e,yesterday,post,1,4
      """
    var told = 0
    let reader = EventReader(rejectionLimit: .count(0)) { _ in told += 1 }
    #expect(try reader.newestInstant(in: [input(log)]) == Timestamp("2024-03-01"))
    #expect(told == 0)
  }

  @Test func newestOfNoEventsIsNone() throws {
    #expect(
      try EventReader().newestInstant(in: [input("member_id,timestamp,event\n")]) == nil)
    #expect(throws: EventLogError.empty(file: "events.csv")) {
      try EventReader().newestInstant(in: [input("")])
    }
  }

  @Test func onlyFilesAndBytesCanBeReadAgain() {
    #expect(input("").canBeReadAgain)
    #expect(Input.file(#filePath).canBeReadAgain)
    #expect(!Input.standardInput.canBeReadAgain)
    #expect(!Input.file("/dev/null").canBeReadAgain)
    #expect(!Input.file("/no/such/file").canBeReadAgain)
  }
}
