import CZlib
import Foundation

/// A file that appears whole or not at all: written beside its place, synced, then renamed.
///
/// Bytes are kept in memory up to a block and go out then. A file that is never committed leaves
/// nothing behind. `-` is the standard output, which has no such protection.
public final class OutputFile {
  private let path: String
  private let temporaryPath: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private var isOpen = true
  private static let blockSize = 1 << 18

  /// Opens a file for writing.
  ///
  /// - Parameters:
  ///   - path: where it is to appear.
  ///   - keepsPermissions: whether it gets owner and permissions of the file that it replaces.
  /// - Throws: ``EventLogError`` where the folder does not allow it.
  public init(_ path: String, keepsPermissions: Bool = false) throws {
    self.path = path
    if path == "-" {
      temporaryPath = path
      descriptor = STDOUT_FILENO
      return
    }
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw EventLogError.unwritable(file: path, reason: "it is a folder")
    }
    // A device or pipe cannot be renamed over; it is written to directly.
    if exists, status.st_mode & S_IFMT != S_IFREG {
      temporaryPath = path
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
    } else {
      temporaryPath = "\(path).\(getpid()).part"
      descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    }
    if descriptor < 0 {
      throw EventLogError.unwritable(file: path, reason: systemReason(errno))
    }
    guard keepsPermissions, exists, temporaryPath != path else { return }
    // Only the superuser can give files away; where it is needless it does nothing.
    _ = fchown(descriptor, status.st_uid, status.st_gid)
    if fchmod(descriptor, status.st_mode & 0o7777) != 0 {
      let reason = systemReason(errno)
      discard()
      throw EventLogError.unwritable(file: path, reason: reason)
    }
  }

  deinit { discard() }

  /// Adds bytes at the end.
  public func write(_ bytes: some Sequence<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.blockSize { try flush() }
  }

  /// Adds text at the end, as UTF-8.
  public func write(_ text: String) throws { try write(text.utf8) }

  /// Writes what is left, syncs the file and puts it in its place.
  public func commit() throws {
    try flush()
    isOpen = false
    if path == "-" { return }
    let isRenamed = temporaryPath != path
    // Devices cannot be synced, which is no failure of theirs.
    let isSynced = fsync(descriptor) == 0 || !isRenamed
    let code = errno
    guard close(descriptor) == 0, isSynced else {
      unlinkTemporary()
      throw EventLogError.unwritable(file: path, reason: systemReason(isSynced ? errno : code))
    }
    if isRenamed, rename(temporaryPath, path) != 0 {
      let reason = systemReason(errno)
      unlinkTemporary()
      throw EventLogError.unwritable(file: path, reason: reason)
    }
    syncFolder()
  }

  /// Gives up the file; nothing is left of it.
  public func discard() {
    guard isOpen, path != "-" else { return }
    isOpen = false
    close(descriptor)
    unlinkTemporary()
  }

  private func flush() throws {
    var position = 0
    while position < buffer.count {
      let written = buffer.withUnsafeBytes { bytes in
        Foundation.write(
          descriptor, bytes.baseAddress.map { $0 + position }, bytes.count - position)
      }
      if written < 0 {
        if errno == EINTR { continue }
        let reason = systemReason(errno)
        discard()
        throw EventLogError.unwritable(file: path, reason: reason)
      }
      position += written
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func unlinkTemporary() {
    if temporaryPath != path { unlink(temporaryPath) }
  }

  private func syncFolder() {
    // Not by NSString, which traps on Linux where a path has one character.
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }

  /// Writes a whole file at once.
  public static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
    let file = try OutputFile(path)
    try file.write(bytes)
    try file.commit()
  }
}

/// A cell of CSV: quoted where it holds a separator, a quote or a line end.
public func quotedCell(_ text: String) -> String {
  let needsQuotes = text.utf8.contains { byte in
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
      || byte == UInt8(ascii: "\r")
  }
  return needsQuotes ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
}

/// The bytes as gzip, the same for the same bytes: no name and no time is written.
///
/// - Precondition: there are fewer than 4 GiB, which is as much as zlib takes at once.
/// - Complexity: O(bytes).
public func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  precondition(coterie_deflate_init(&stream, 9) == Z_OK, "zlib could not be set up")
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
  let count = input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(target.count)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END, "the bound of zlib did not hold")
      return target.count - Int(stream.avail_out)
    }
  }
  return Array(output[..<count])
}
