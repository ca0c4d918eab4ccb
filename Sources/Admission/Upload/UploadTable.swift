/// What bounds the memory of uploads in parts.
package struct UploadLimits: Sendable, Equatable {
    /// Uploads that are remembered; 0 remembers none.
    package var uploadsMax: Int
    /// Parts that are remembered of all uploads together.
    package var partsMax: Int
    /// An upload of which nothing was heard for so long is forgotten.
    package var idleNanoseconds: UInt64

    package init(
        uploadsMax: Int = 10_000, partsMax: Int = 200_000, idleNanoseconds: UInt64 = 86_400_000_000_000
    ) {
        self.uploadsMax = uploadsMax
        self.partsMax = partsMax
        self.idleNanoseconds = idleNanoseconds
    }

    /// The share of one of several tables.
    package func share(of tables: Int) -> UploadLimits {
        var share = self
        share.uploadsMax = (uploadsMax + tables - 1) / tables
        share.partsMax = (partsMax + tables - 1) / tables
        return share
    }
}

/// What became of the upload of a part.
package enum PartOutcome: Sendable, Equatable {
    /// The origin has it, under this ETag; its size, where it is known.
    case stored(EntityTagHash, bytes: UInt64?)
    /// The origin has not changed anything.
    case unchanged
    /// The origin may have it or not.
    case unknown
}

/// The uploads in parts that are under way, least recently used first out. Pure: time comes with each call, in
/// monotonic nanoseconds. Whatever was forgotten is not known, and of what is not known nothing is refused.
package struct UploadTable {
    private struct Entry {
        let key: UploadKey
        var facts: UploadFacts
        /// The sum of the sizes in `facts.parts`.
        var bytes: UInt64 = 0
        var touched: UInt64
        /// Towards those used longer ago, and more lately; -1 at the ends.
        var older: Int
        var newer: Int
    }

    package var limits: UploadLimits {
        didSet { trim(keeping: -1) }
    }
    private var slots: [UploadKey: Int] = [:]
    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var oldest = -1
    private var newest = -1
    package private(set) var partCount = 0
    /// Uploads that were forgotten before their end, for want of room.
    package private(set) var evictions: UInt64 = 0

    package var count: Int { slots.count }

    package init(limits: UploadLimits) { self.limits = limits }

    /// The origin has begun an upload.
    package mutating func began(_ key: UploadKey, encryption: UploadEncryption?, now: UInt64) {
        expire(now)
        ended(key)
        guard limits.uploadsMax > 0 else { return }
        let entry = Entry(
            key: key, facts: UploadFacts(encryption: encryption), touched: now, older: -1, newer: -1)
        let slot = free.popLast() ?? entries.count
        if slot == entries.count { entries.append(entry) } else { entries[slot] = entry }
        slots[key] = slot
        link(slot)
        trim(keeping: slot)
    }

    /// A part is about to go to the origin. What is known of its upload but for its parts; nil if nothing is.
    package mutating func partBegins(_ key: UploadKey, number: UInt16, now: UInt64) -> UploadFacts? {
        guard let slot = touch(key, now) else { return nil }
        var facts = UploadFacts(encryption: entries[slot]?.facts.encryption)
        let own = entries[slot]?.facts.parts[number]?.bytes ?? 0
        facts.otherPartsBytes = (entries[slot]?.bytes ?? own) - own
        change(part: number, at: slot) { part in
            part.overlapped = part.inFlight > 0
            if part.overlapped { part.forget() }
            part.inFlight &+= 1
        }
        return facts
    }

    /// What `partBegins` announced is over.
    package mutating func partEnds(_ key: UploadKey, number: UInt16, _ outcome: PartOutcome, now: UInt64) {
        guard let slot = touch(key, now), entries[slot]?.facts.parts[number] != nil else { return }
        change(part: number, at: slot) { part in
            guard part.inFlight > 0 else { return part.forget() }
            part.inFlight -= 1
            switch outcome {
            case .stored(let tag, let bytes) where !part.overlapped:
                part.tag = tag
                part.bytes = bytes
            case .unchanged: break
            case .stored, .unknown: part.forget()
            }
        }
    }

    /// All that is known of an upload; a part that is under way has no certain tag. nil if nothing is known.
    package mutating func facts(_ key: UploadKey, now: UInt64) -> UploadFacts? {
        guard let slot = touch(key, now) else { return nil }
        return entries[slot]?.facts
    }

    /// The upload is completed, aborted or gone.
    package mutating func ended(_ key: UploadKey) {
        if let slot = slots[key] { remove(slot) }
    }

    // MARK: Helpers

    private mutating func change(part number: UInt16, at slot: Int, _ body: (inout UploadedPart) -> Void) {
        let isNew = entries[slot]?.facts.parts[number] == nil
        if isNew {
            makeRoomForPart(keeping: slot)
            // Not remembered, the part is one that was never seen, and nothing is refused for it.
            guard partCount < limits.partsMax else { return }
            partCount += 1
        }
        var part = entries[slot]?.facts.parts[number] ?? UploadedPart()
        let before = part.bytes ?? 0
        body(&part)
        entries[slot]?.facts.parts[number] = part
        // No part is larger than a body may be, so the sum cannot overflow.
        entries[slot]?.bytes += part.bytes ?? 0
        entries[slot]?.bytes -= before
    }

    private mutating func makeRoomForPart(keeping slot: Int) {
        while partCount >= limits.partsMax, oldest >= 0, oldest != slot { evict(oldest) }
    }

    private mutating func trim(keeping slot: Int) {
        while count > limits.uploadsMax || partCount > limits.partsMax, oldest >= 0, oldest != slot {
            evict(oldest)
        }
    }

    private mutating func evict(_ slot: Int) {
        evictions += 1
        remove(slot)
    }

    private mutating func expire(_ now: UInt64) {
        while oldest >= 0, let entry = entries[oldest], now &- entry.touched >= limits.idleNanoseconds {
            remove(oldest)
        }
    }

    /// Makes an upload the most recently used one; nil when it is not known.
    private mutating func touch(_ key: UploadKey, _ now: UInt64) -> Int? {
        expire(now)
        guard let slot = slots[key] else { return nil }
        unlink(slot)
        link(slot)
        entries[slot]?.touched = now
        return slot
    }

    private mutating func remove(_ slot: Int) {
        guard let entry = entries[slot] else { return }
        unlink(slot)
        partCount -= entry.facts.parts.count
        slots[entry.key] = nil
        entries[slot] = nil
        free.append(slot)
    }

    private mutating func link(_ slot: Int) {
        entries[slot]?.older = newest
        entries[slot]?.newer = -1
        if newest >= 0 { entries[newest]?.newer = slot }
        newest = slot
        if oldest < 0 { oldest = slot }
    }

    private mutating func unlink(_ slot: Int) {
        guard let entry = entries[slot] else { return }
        if entry.older >= 0 { entries[entry.older]?.newer = entry.newer } else { oldest = entry.newer }
        if entry.newer >= 0 { entries[entry.newer]?.older = entry.older } else { newest = entry.older }
    }
}
