// swift-tools-version: 6.2
import PackageDescription

/// Settings that every Swift target shares: Swift 6 mode comes from the tools version, unsafe constructs
/// must be written out, and no warning survives a build.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// C warnings are errors too; the instruction sets are chosen per function, never for a whole file.
let strictC: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-O2"])]

/// Calls of these functions of Swift's runtime go by way of CAllocations, which counts them.
let countedReferences: [LinkerSetting] = [
    .unsafeFlags(
        [
            "swift_retain", "swift_release", "swift_retain_n", "swift_release_n", "swift_bridgeObjectRetain",
            "swift_bridgeObjectRelease",
        ].flatMap { ["-Xlinker", "--wrap=\($0)"] })
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "ossgate",
    products: [.executable(name: "ossgate", targets: ["ossgate"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        // C modules: system libraries, and kernels that need instruction-set intrinsics.
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CKernels", cSettings: strictC),
        .target(name: "CAllocations", cSettings: strictC),
        .target(name: "CThreadSanitizer", cSettings: strictC),

        // Pure models and codecs.
        library("Bytes", ["CKernels"]),
        library("HTTPModel", ["Bytes"]),
        library("HTTP1", ["Bytes", "HTTPModel"]),
        library("Digest", ["Bytes", "CKernels", "COpenSSL"]),
        tests("DigestTests", ["Bytes", "CKernels", "Digest", "TestSupport"]),
        library("OSSModel", ["Bytes", "HTTPModel", "Digest"]),
        tests("OSSModelTests", ["Bytes", "HTTPModel", "OSSModel"]),
        library("Network", ["Bytes"]),
        tests("NetworkTests", ["Network"]),
        library("XML", ["Bytes", "CExpat"]),
        library("JSON", ["Bytes"]),
        tests("JSONTests", ["JSON"]),
        library("Explain", ["Bytes", "JSON", "OSSModel", "XML"]),
        tests("ExplainTests", ["Explain", "OSSModel"]),
        library("Admission", ["Bytes", "HTTPModel", "JSON", "Network", "OSSModel", "XML"]),
        tests("AdmissionTests", ["Bytes", "HTTPModel", "HTTP1", "OSSModel", "Admission", "TestSupport"]),

        // Input, output and time.
        library("TLS", ["COpenSSL"]),
        library("HTTP2", ["Bytes", "CNghttp2", "HTTPModel", "HTTP1"]),
        tests("HTTP2Tests", ["Bytes", "HTTP1", "HTTP2", "HTTPModel"]),
        library("Reactor", ["Bytes", "CKernels", "Network", "TLS"]),
        library(
            "HTTPServer",
            ["Bytes", "HTTPModel", "HTTP1", "HTTP2", "Network", "OSSModel", "Reactor", "TLS"]),

        // The gateway, and its judge, which shares none of the gateway's rules.
        library("Telemetry", ["Bytes", "HTTPModel", "OSSModel"]),
        library(
            "Proxy",
            [
                "Admission", "Bytes", "Digest", "HTTP1", "HTTPModel", "HTTPServer", "Network", "OSSModel",
                "Reactor", "TLS", "Telemetry", "XML",
            ]),
        library(
            "Emulator",
            [
                "Bytes", "CKernels", "CSQLite", "Digest", "HTTP1", "HTTPModel", "HTTPServer", "JSON",
                "OSSModel",
                "Reactor", "XML",
            ]),
        library("Config", ["Admission", "Bytes", "Digest", "HTTPModel", "JSON", "Network", "OSSModel"]),
        .executableTarget(
            name: "ossgate",
            dependencies: [
                "Admission", "Bytes", "Config", "Digest", "Emulator", "Explain", "HTTP1", "HTTP2",
                "HTTPModel", "HTTPServer", "JSON", "Network", "OSSModel", "Proxy", "Reactor", "TLS",
                "Telemetry", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Admission", "Bytes", "CAllocations", "Config", "Digest", "Emulator", "HTTP1", "HTTPModel",
                "HTTPServer", "OSSModel", "Proxy", "Reactor", "TLS", "Telemetry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict, linkerSettings: countedReferences),

        tests("ConfigTests", ["Config", "JSON", "Network"]),
        tests(
            "PolicyTests",
            ["Admission", "Bytes", "Config", "HTTPModel", "HTTP1", "OSSModel", "TestSupport"]),
        tests("HTTP1Tests", ["HTTP1", "Bytes", "HTTPModel", "TestSupport"]),
        tests("TelemetryTests", ["Telemetry", "Bytes", "HTTPModel", "OSSModel"]),
        tests(
            "IntegrationTests",
            [
                "Admission", "Bytes", "CNghttp2", "Digest", "Emulator", "HTTP1", "HTTPModel", "HTTPServer",
                "Network", "OSSModel", "Proxy", "Reactor", "TLS", "Telemetry", "TestSupport",
            ]),
        tests("XMLTests", ["Bytes", "XML"]),
        tests("FuzzingTests", ["Fuzzing"]),
        tests("EmulatorStorageTests", ["Emulator", "Bytes", "TestSupport"]),
        tests(
            "EmulatorTests",
            [
                "Bytes", "Digest", "Emulator", "HTTPModel", "HTTPServer", "OSSModel", "Reactor",
                "TestSupport",
                "XML",
            ]),
        tests("ReactorTests", ["Bytes", "Reactor", "TestSupport"]),
        tests("TLSTests", ["COpenSSL", "TLS", "TestSupport"]),

        // Fuzzing: one harness for each decoder, and a program around the one that is chosen.
        library(
            "Fuzzing",
            ["Admission", "Bytes", "Config", "HTTP1", "HTTP2", "HTTPModel", "Network", "OSSModel", "XML"]),
        .executableTarget(name: "Fuzz", dependencies: ["Fuzzing"], swiftSettings: strict),

        // What tests share: vectors and their placeholders.
        library("TestSupport", ["Bytes", "CThreadSanitizer", "HTTPModel", "HTTP1", "OSSModel", "TLS"]),
    ]
)
