public import Foundation

/// Where the reference data stand: real logs and answers of trusted tools, beside the checkout.
///
/// `COTERIE_REFERENCE_DATA` names another folder. Tests that need the data are skipped, with
/// `absence` as the printed reason, where there is none.
public enum ReferenceData {
  /// The checkout's top folder.
  public static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The folder of the reference data, whether it exists or not.
  public static let folder =
    ProcessInfo.processInfo.environment["COTERIE_REFERENCE_DATA"].map {
      URL(fileURLWithPath: $0, isDirectory: true)
    } ?? checkout.deletingLastPathComponent().appendingPathComponent("shared/data")

  /// True where the folder is there.
  public static let isPresent = FileManager.default.fileExists(
    atPath: folder.appendingPathComponent("manifest.json").path)

  /// The reason printed for tests that are skipped.
  public static let absence = "no reference data at \(folder.path)"

  /// A file of the reference data, by its path inside the folder.
  public static func file(_ path: String) -> URL { folder.appendingPathComponent(path) }
}
