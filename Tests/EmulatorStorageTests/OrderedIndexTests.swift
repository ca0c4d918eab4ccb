import Testing

@testable import Emulator

/// The index does what a sorted dictionary does, whatever the order of the calls.
@Suite struct OrderedIndexTests {
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private func key(_ numbers: inout Numbers) -> [UInt8] {
        let count = Int.random(in: 0...11, using: &numbers)
        return (0..<count).map { _ in [0, 1, 0x61, 0x80, 0xFF].randomElement(using: &numbers) ?? 0 }
    }

    /// All entries from `bound` on.
    private func entries(_ index: OrderedIndex<Int>, from bound: [UInt8] = []) -> [([UInt8], Int)] {
        var found: [([UInt8], Int)] = []
        var cursor = index.cursor(notBefore: bound)
        while let entry = cursor.entry {
            #expect(cursor.key == entry.key)
            found.append(entry)
            cursor.advance()
        }
        cursor.advance()
        #expect(cursor.entry == nil, "the end is the end")
        return found
    }

    private func expectEqual(_ index: OrderedIndex<Int>, _ model: [[UInt8]: Int], from bound: [UInt8] = []) {
        let sorted = model.keys.filter { !$0.lexicographicallyPrecedes(bound) }
            .sorted { $0.lexicographicallyPrecedes($1) }
        let found = entries(index, from: bound)
        #expect(found.map(\.0) == sorted)
        #expect(found.map(\.1) == sorted.map { model[$0] ?? -1 })
    }

    @Test(arguments: 1...6) func agreesWithADictionary(_ seed: UInt64) {
        var numbers = Numbers(state: seed)
        let index = OrderedIndex<Int>()
        var model: [[UInt8]: Int] = [:]
        // More comes than goes, and then the other way round, so that nodes of all levels split and vanish.
        for round in 0..<12_000 {
            let key = key(&numbers)
            let removes = Int.random(in: 0..<10, using: &numbers) < (round < 6_000 ? 3 : 8)
            if removes {
                let victim = round.isMultiple(of: 2) ? key : model.keys.first ?? key
                #expect(index.remove(victim) == model.removeValue(forKey: victim))
            } else if round.isMultiple(of: 7) {
                let changed: Int? = index.modify(key) { value in
                    value += 1
                    return value
                }
                if let old = model[key] { model[key] = old + 1 }
                #expect(changed == model[key])
            } else {
                #expect(index.update(round, forKey: key) == model.updateValue(round, forKey: key))
            }
            #expect(index.count == model.count)
            if round.isMultiple(of: 1_000) {
                expectEqual(index, model)
                expectEqual(index, model, from: self.key(&numbers))
            }
        }
        for key in model.keys { #expect(index[key] == model[key]) }
        expectEqual(index, model)
        for key in Array(model.keys) {
            #expect(index.remove(key) != nil)
            #expect(index[key] == nil)
        }
        #expect(index.count == 0)
        #expect(entries(index).isEmpty)
        index.update(1, forKey: [7])
        #expect(index[[7]] == 1)
    }

    enum Order: CaseIterable {
        case rising
        case falling
        case inwards
    }

    @Test(arguments: Order.allCases) func everyOrderOfKeysIsTaken(_ order: Order) {
        let count = 9_000
        let numbers: [Int] =
            switch order {
            case .rising: Array(0..<count)
            case .falling: (0..<count).reversed()
            case .inwards: (0..<count).map { $0.isMultiple(of: 2) ? $0 / 2 : count - 1 - $0 / 2 }
            }
        func key(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
        let index = OrderedIndex<Int>()
        for number in numbers { index.update(number, forKey: key(number)) }
        #expect(entries(index).map(\.1) == Array(0..<count))
        #expect(entries(index, from: key(4_321)).map(\.1) == Array(4_321..<count))
        // What goes from one end leaves the other whole.
        for number in 0..<count - 10 { #expect(index.remove(key(number)) == number) }
        #expect(entries(index).map(\.1) == Array(count - 10..<count))
        #expect(index.remove(key(0)) == nil)
    }
}
