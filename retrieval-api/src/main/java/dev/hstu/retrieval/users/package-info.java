/// What the service keeps of users: their events and attributes and what it served them lately, in
/// an embedded store ([UserStore]) that is optional, bounded and crash-safe. Start there; one file
/// is a [dev.hstu.kernels.log.LogSegment] of [UserRecord]s.
///
/// Stays out: what a history means to a model and how a request is answered.
@NullMarked
package dev.hstu.retrieval.users;

import org.jspecify.annotations.NullMarked;
