// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "coterie-benchmarks",
  dependencies: [.package(name: "coterie", path: "..")],
  targets: [
    .executableTarget(
      name: "kmeans-limit",
      dependencies: [
        .product(name: "Clustering", package: "coterie"),
        .product(name: "LinearAlgebra", package: "coterie"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
