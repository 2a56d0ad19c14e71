// swift-tools-version: 6.0
import PackageDescription

let shared: [Target.Dependency] = [
  "Timing", .product(name: "Clustering", package: "coterie"),
  .product(name: "LinearAlgebra", package: "coterie"),
]

let package = Package(
  name: "coterie-benchmarks",
  dependencies: [.package(name: "coterie", path: "..")],
  targets: [
    .target(name: "CMultiplyAdd"),
    .target(
      name: "Timing", dependencies: [.product(name: "LinearAlgebra", package: "coterie")]),
    .executableTarget(name: "hierarchy-labels", dependencies: shared),
    .executableTarget(name: "hierarchy-predict", dependencies: shared),
    .executableTarget(name: "kmeans-limit", dependencies: ["CMultiplyAdd"] + shared),
    .executableTarget(name: "kmeans-predict", dependencies: shared),
    .executableTarget(name: "kmeans-variants", dependencies: shared),
    .executableTarget(name: "validation-timing", dependencies: shared),
    .executableTarget(
      name: "rules-timing",
      dependencies: [
        "Timing", .product(name: "EventLog", package: "coterie"),
        .product(name: "Engagement", package: "coterie"),
        .product(name: "LinearAlgebra", package: "coterie"),
        .product(name: "Segmentation", package: "coterie"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
