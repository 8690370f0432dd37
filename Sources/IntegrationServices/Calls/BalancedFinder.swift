internal import IntegrationCore

/// Asks one endpoint after another, and the next where one fails for a reason that may pass.
struct BalancedFinder: Finder {
    let service: String
    let settings: ServiceSettings
    let pool: EndpointPool
    let clock: any TimeSource

    var keysPerRequest: Int { pool.keysPerRequest }

    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
        var round = LookupRound(keys, deadline: settings.deadline.map { clock.now + $0 })
        while !round.open.isEmpty {
            let shares = shareOut(&round)
            if shares.count == 1, let share = shares.first {
                take(await ask(share, until: round.deadline), share, &round)
                continue
            }
            let replies = await withTaskGroup(of: (Int, Reply).self) { [deadline = round.deadline] group in
                for (index, share) in shares.enumerated() {
                    group.addTask { (index, await ask(share, until: deadline)) }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for (index, share) in shares.enumerated() {
                if let reply = replies[index] { take(reply, share, &round) }
            }
        }
        return try round.answers(service)
    }

    // MARK: Sharing out

    /// Keys that are asked for in one call of one endpoint.
    private struct Share: Sendable {
        let picked: EndpointPool.Picked
        var places: [Int] = []
        var keys: [LookupKey] = []
        /// How many the endpoint makes of them.
        var requests = 0
    }

    /// Shares out the keys that have no answer yet; those that nobody is left for are given up.
    private func shareOut(_ round: inout LookupRound) -> [Share] {
        var shares: [Share] = []
        let most = settings.balancing == .consistentHash ? 1 : max(1, pool.keysPerRequest)
        for (tried, places) in round.openByTried() {
            var rest = places[...]
            while let first = rest.first {
                let places = rest.prefix(most)
                rest = rest.dropFirst(most)
                let key = settings.balancing == .consistentHash ? StableHash.hash(round.keys[first].text) : 0
                guard let picked = pool.pick(key: key, except: tried, count: 1) else {
                    round.giveUp(places)
                    continue
                }
                let index = shares.firstIndex { $0.picked.number == picked.number } ?? shares.endIndex
                if index == shares.endIndex { shares.append(Share(picked: picked)) }
                shares[index].places += places
                shares[index].keys += places.map { round.keys[$0] }
                shares[index].requests += 1
            }
        }
        return shares
    }

    // MARK: Asking

    private enum Reply: Sendable {
        case answers([LookupAnswer])
        /// The endpoint as a whole could not answer.
        case failure(IntegrationError)
    }

    private func ask(_ share: Share, until deadline: Duration?) async -> Reply {
        let reply = await call(share, until: deadline)
        pool.release(share.picked.number, outcomes(reply, share))
        return reply
    }

    private func call(_ share: Share, until deadline: Duration?) async -> Reply {
        do throws(IntegrationError) {
            guard let deadline else { return try checked(try await share.picked.finder.find(share.keys), share) }
            return await withTaskGroup(of: Reply?.self) { group in
                group.addTask {
                    do throws(IntegrationError) {
                        return try checked(try await share.picked.finder.find(share.keys), share)
                    } catch {
                        return .failure(error)
                    }
                }
                group.addTask {
                    do throws(CancellationError) { try await clock.sleep(until: deadline) } catch {}
                    return nil
                }
                let first = await group.next() ?? nil
                group.cancelAll()
                if let first { return first }
                return .failure(
                    IntegrationError(.answerTimedOut, "service `\(service)` did not answer within its `deadline`"))
            }
        } catch {
            return .failure(error)
        }
    }

    private func checked(_ answers: [LookupAnswer], _ share: Share) throws(IntegrationError) -> Reply {
        if answers.count == share.keys.count { return .answers(answers) }
        throw IntegrationError(
            .stepFailed, "service `\(service)` gave \(answers.count) answers to \(share.keys.count) keys")
    }

    /// How the requests of a share went, as far as that says something of the endpoint.
    private func outcomes(_ reply: Reply, _ share: Share) -> [(outcome: Roster.Outcome, count: Int)] {
        if Task.isCancelled { return [(.abandoned, share.requests)] }
        switch reply {
        case .failure(let error):
            return [(error.isEndpointFailure ? .failed(error) : .answered, share.requests)]
        case .answers(let answers):
            let errors = answers.compactMap {
                if case .failed(let error) = $0, error.isEndpointFailure { error } else { nil }
            }
            guard let first = errors.first else { return [(.answered, share.requests)] }
            // As many requests as there are keys, or many keys in one request.
            let failed = max(1, errors.count * share.requests / answers.count)
            return [(.answered, share.requests - failed), (.failed(first), failed)].filter { $0.1 > 0 }
        }
    }

    // MARK: What becomes of it

    private func take(_ reply: Reply, _ share: Share, _ round: inout LookupRound) {
        let keysPerRequest = (share.places.count + share.requests - 1) / share.requests
        // Keys of a failed request, which is paid for once.
        var paid = 0
        for (index, place) in share.places.enumerated() {
            let error: IntegrationError
            let isWhole: Bool
            switch reply {
            case .failure(let failure): (error, isWhole) = (failure, true)
            case .answers(let answers):
                guard case .failed(let failure) = answers[index] else {
                    round.settle(place, answers[index])
                    continue
                }
                (error, isWhole) = (failure, false)
            }
            guard error.isRetryable, !Task.isCancelled, round.hasTime(at: clock.now) else {
                round.fail(place, error, isWhole: isWhole)
                continue
            }
            if paid == 0 { paid = pool.mayFailOver(error) ? keysPerRequest : 0 }
            if paid > 0 {
                paid -= 1
                round.failOver(place, from: share.picked.number, error, isWhole: isWhole)
            } else {
                round.fail(place, error, isWhole: isWhole)
            }
        }
    }
}
