import ArgumentParser
import Config
import Foundation
import Glibc

/// Makes a changed configuration file the same as a SIGHUP to this process. It hears of everything in the directory, since
/// files are replaced by renaming them, and those of Kubernetes by renaming a link beside them; what counts is the content.
final class ConfigurationWatch {
    private let watch: DirectoryWatch
    private let task: Task<Void, Never>

    /// Ends the process with `EX_IOERR` when the directory cannot be watched.
    init(_ path: String) throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do throws(DirectoryWatch.Failure) {
            watch = try DirectoryWatch(directory, wholeFiles: true)
        } catch {
            throw ExitCode.failing(.inputOutput, error.description)
        }
        // What was there when the configuration was read; a change since then is one.
        var known = try? ConfigurationLoader.contents(path).get()
        task = Task { [changes = watch.changes] in
            for await _ in changes {
                guard let found = try? ConfigurationLoader.contents(path).get(), found != known else {
                    continue
                }
                known = found
                kill(getpid(), SIGHUP)
            }
        }
    }

    func stop() { task.cancel() }
}
