import Foundation

/// Runs every file named on the command line through a harness, and says how many there were.
package func replay(_ harness: ([UInt8]) -> Void) throws {
    let files = CommandLine.arguments.dropFirst()
    for file in files { harness([UInt8](try Data(contentsOf: URL(filePath: file)))) }
    print("\(files.count) inputs")
}
