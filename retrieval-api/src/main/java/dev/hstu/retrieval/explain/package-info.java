/// Why an item was returned for a history, or why not: [Explainer] is the way in, [Verdict] is what
/// it says. For one open generation and without HTTP; the service and `hstu explain` both ask here.
///
/// Of several causes the verdict names the first, in this order, and the others stand beside it:
/// 1. it was returned;
/// 2. it isn't there: deleted, arrived later than what is searched, or unknown;
/// 3. the filter refuses it; it is on the list of items to leave out; it was served
///    lately; it was seen;
/// 4. no event's item is known, and popular items answer;
/// 5. an exact search would rank it below k;
/// 6. the index can't come to it; else the approximate search missed it.
@NullMarked
package dev.hstu.retrieval.explain;

import org.jspecify.annotations.NullMarked;
