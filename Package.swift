// swift-tools-version: 6.0
import PackageDescription

// The sections below follow the flow of data: each target sees only what stands above it.

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "coterie",
  products: [
    .library(name: "LinearAlgebra", targets: ["LinearAlgebra"]),
    .library(name: "Clustering", targets: ["Clustering"]),
    .library(name: "EventLog", targets: ["EventLog"]),
    .library(name: "Engagement", targets: ["Engagement"]),
    .library(name: "Segmentation", targets: ["Segmentation"]),
    .library(name: "Models", targets: ["Models"]),
    .library(name: "Membership", targets: ["Membership"]),
    .library(name: "Comparison", targets: ["Comparison"]),
    .executable(name: "coterie", targets: ["coterie"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas lapack",
      providers: [.apt(["libopenblas-dev", "liblapack-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),

    // Loops in C, for several instruction sets
    .target(
      name: "CKernels",
      exclude: [
        "ClusterTree.inc", "DecayedTerms.inc", "DistanceSums.inc", "ExemplarDissimilarity.inc",
        "MemberDistance.inc", "NearestCentroid.inc", "README.md", "SeedingSample.inc",
        "SpanningForest.inc", "TextScan.inc",
      ]),

    // Matrices in, labels out
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS"], swiftSettings: settings),
    .target(
      name: "Clustering", dependencies: ["CKernels", "LinearAlgebra"], swiftSettings: settings),

    // Events in, features out
    .target(
      name: "EventLog", dependencies: ["CISAL", "CKernels", "CZlib"], swiftSettings: settings),
    .target(
      name: "Engagement", dependencies: ["CKernels", "EventLog", "LinearAlgebra"],
      swiftSettings: settings),

    // Written and learned segments
    .target(
      name: "Segmentation",
      dependencies: [
        "EventLog", "Engagement", "LinearAlgebra", .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),
    .target(
      name: "Models",
      dependencies: ["EventLog", "Engagement", "Clustering", "LinearAlgebra"],
      swiftSettings: settings),
    .target(
      name: "Membership",
      dependencies: ["EventLog", "Engagement", "Models", "Segmentation"],
      swiftSettings: settings),
    .target(
      name: "Comparison",
      dependencies: [
        "LinearAlgebra", "Clustering", "EventLog", "Engagement", "Segmentation", "Models",
        "Membership",
      ],
      swiftSettings: settings),

    // The tool
    .executableTarget(
      name: "coterie",
      dependencies: [
        "LinearAlgebra", "Clustering", "EventLog", "Engagement", "Segmentation", "Models",
        "Membership", "Comparison",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // Tests
    .target(
      name: "TestSupport", dependencies: ["LinearAlgebra", "EventLog"],
      path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "ModelTestSupport",
      dependencies: ["Clustering", "Engagement", "EventLog", "LinearAlgebra", "Models"],
      path: "Tests/ModelTestSupport", swiftSettings: settings),
    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ClusteringTests", dependencies: ["Clustering", "LinearAlgebra", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "EventLogTests", dependencies: ["CKernels", "EventLog", "TestSupport"],
      exclude: ["Corpus"],
      swiftSettings: settings),
    .testTarget(
      name: "EngagementTests",
      dependencies: ["CKernels", "Engagement", "EventLog", "LinearAlgebra", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SegmentationTests",
      dependencies: ["Segmentation", "Engagement", "EventLog", "TestSupport"],
      exclude: ["Vocabulary"], swiftSettings: settings),
    .testTarget(
      name: "ModelsTests",
      dependencies: [
        "Models", "Engagement", "EventLog", "Clustering", "LinearAlgebra", "TestSupport",
      ],
      exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "MembershipTests",
      dependencies: [
        "Membership", "Models", "Segmentation", "Engagement", "EventLog", "Clustering",
        "LinearAlgebra", "ModelTestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ComparisonTests",
      dependencies: [
        "Comparison", "Membership", "Models", "Segmentation", "Engagement", "EventLog",
        "Clustering", "LinearAlgebra", "ModelTestSupport", "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["coterie", "EventLog", "LinearAlgebra", "TestSupport"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
