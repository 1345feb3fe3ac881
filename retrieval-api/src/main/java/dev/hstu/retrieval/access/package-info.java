/// Who may call: keys with roles, kept as salted hashes in one file ([KeysFile]) and checked in
/// memory ([AccessKeys]), which follows the file. Start at [AccessKeys#check].
///
/// What stays out: headers and answers (`http`), and which role a route needs, which stands beside
/// the route.
@NullMarked
package dev.hstu.retrieval.access;

import org.jspecify.annotations.NullMarked;
