/// Which items a search may return, said by rules: attributes, lists of ids and named sets of ids,
/// combined by all, any and not ([FilterRule]). Start at [FilterCompiler], which makes a rule an
/// [dev.hstu.index.search.ItemFilter] of one catalogue's rows; [NamedSets] keeps the large sets.
/// How a search goes about a filter is the matter of `search`, and how a rule is written in JSON
/// that of the service.
@NullMarked
package dev.hstu.index.filter;

import org.jspecify.annotations.NullMarked;
