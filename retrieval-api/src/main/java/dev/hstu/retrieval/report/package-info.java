/// Reports as single pages that open without a network: [dev.hstu.retrieval.report.HtmlPage] is the
/// entry. What a report says is its caller's matter; how it looks is decided here, once.
@NullMarked
package dev.hstu.retrieval.report;

import org.jspecify.annotations.NullMarked;
