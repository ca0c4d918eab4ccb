import ArgumentParser
import Config
import Emulator
import Reactor

/// From the configuration as it was written to what the emulator takes.
extension Configuration {
    var emulatorKeys: [EmulatorKey] {
        emulator.credentials.map {
            EmulatorKey(id: $0.accessKeyId, secret: $0.accessKeySecret, token: $0.securityToken)
        }
    }

    /// An address that callbacks go to may be a name: it is resolved here, once.
    var emulatorSettings: EmulatorSettings {
        get throws {
            var settings = EmulatorSettings()
            settings.domains = domains
            settings.cnames = cnames
            settings.keys = KeyRing(emulatorKeys)
            settings.buckets = emulator.buckets
            settings.dataDirectory = emulator.data
            settings.memoryBytesMax = emulator.memoryBytes
            settings.faults = FaultTable(emulator.faults.map(\.rule))
            settings.restoreSeconds = Int64(emulator.restoreSeconds)
            settings.limits = emulator.limits.settings
            settings.account = emulator.account.settings
            settings.callbacks = try emulator.callback.settings
            return settings
        }
    }
}

extension Configuration.EmulatorLimits {
    fileprivate var settings: EmulatorLimits {
        var limits = EmulatorLimits()
        limits.buckets = buckets
        limits.inventories = inventories
        limits.dailyInventoryObjects = dailyInventoryObjects
        limits.weeklyInventoryObjects = weeklyInventoryObjects
        limits.cnames = cnames
        limits.replications = replications
        limits.copyBytes = UInt64(copyBytes)
        limits.uploadBytes = UInt64(uploadBytes)
        limits.totalBytes = UInt64(totalBytes)
        limits.partBytes = UInt64(partBytes)
        limits.playlistBytes = playlistBytes
        limits.imageBytes = imageBytes
        limits.imagePipes = imagePipes
        return limits
    }
}

extension Configuration.EmulatorAccount {
    fileprivate var settings: EmulatorAccount {
        var account = EmulatorAccount()
        account.hasKMS = kms
        account.usesOwnKeys = kmsKeyID
        account.usesSM4 = sm4
        account.overridesContentType = overrideContentType
        account.redirectsAtEndpoint = redirectAtEndpoint
        if let replicationLocations { account.replicationLocations = replicationLocations }
        account.lostPrefix = lostPrefix
        return account
    }
}

extension Configuration.EmulatorCallback {
    fileprivate var settings: CallbackSettings {
        get throws {
            var settings = CallbackSettings()
            settings.isAllowed = allowed
            settings.nanoseconds = timeout.nanoseconds
            for (name, address) in hosts {
                guard let bind = BindAddress(address.description) else { continue }
                do throws(TransportError) {
                    settings.hosts[name] = try SocketAddress.resolve(bind)
                } catch {
                    throw ExitCode.failing(.configuration, "emulator.callback.hosts.\(name): \(error)")
                }
            }
            return settings
        }
    }
}
