import ArgumentParser
import Config
import Foundation
import Glibc

/// Makes a changed configuration file the same as a SIGHUP to this process. It hears of everything in the directory, since
/// files are replaced by renaming them, and those of Kubernetes by renaming a link beside them; what counts is the content.
final class ConfigurationWatch {
    private let watch: DirectoryWatch
    private let task: Task<Void, Never>

    /// `known` is what the file had before the configuration was read: a change since then counts too, also one from before
    /// anything was watched. Ends the process with `EX_IOERR` when the directory cannot be watched.
    init(_ path: String, known: [UInt8]?) throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do throws(DirectoryWatch.Failure) {
            watch = try DirectoryWatch(directory, wholeFiles: true)
        } catch {
            throw ExitCode.failing(.inputOutput, error.description)
        }
        task = Task { [changes = watch.changes] in
            var known = known
            func look() {
                guard let found = try? ConfigurationLoader.contents(path).get(), found != known else {
                    return
                }
                known = found
                kill(getpid(), SIGHUP)
            }
            look()
            for await _ in changes { look() }
        }
    }

    func stop() { task.cancel() }
}
