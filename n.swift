import Foundation
for p in ["o", "ab", "./o", "d/o", "/o", "", "o/"] {
  print(p, p == "o" ? "" : (p as NSString).deletingLastPathComponent)
  print(p, (p as NSString).lastPathComponent, (p as NSString).pathExtension, (p as NSString).appendingPathComponent("x.csv"), (p as NSString).deletingPathExtension)
  let u = URL(fileURLWithPath: p)
  print(u.path, u.lastPathComponent, u.deletingLastPathComponent().path, u.pathExtension, u.resolvingSymlinksInPath().standardizedFileURL.path)
}
