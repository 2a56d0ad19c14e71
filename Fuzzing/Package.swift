// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "coterie-fuzzing",
  dependencies: [.package(name: "coterie", path: "..")],
  targets: [
    .executableTarget(
      name: "fuzz-readers", dependencies: [.product(name: "EventLog", package: "coterie")])
  ],
  swiftLanguageModes: [.v6]
)
