package dev.hstu.retrieval.cache;

import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.search.SearchOptions;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All that a list of candidates depends on: the embedding, the generation, its items as of one
/// version, what the request leaves out, how many it wants and which it allows, and how hard they
/// were looked for. An update of an item makes another version, so no list from before it is ever
/// found again; a list of a smaller search is never found by a request for a full answer.
///
/// The hash is taken once, on construction; equality compares the content.
public final class ResultKey {

  private static final int OVERHEAD_BYTES = 100;

  /// Of a rule, and of each text in it beside its characters: objects and references.
  private static final int TEXT_OVERHEAD_BYTES = 64;

  private final EmbeddingKey user;
  private final String generation;
  private final long itemsVersion;
  private final long setsVersion;
  private final int k;
  private final int[] excludedRows;
  private final FilterRule filter;
  private final SearchOptions search;
  private final int hash;

  /// @param itemsVersion of the items searched, [dev.hstu.index.live.LiveSnapshot#version]
  /// @param setsVersion of the named sets, read before the filter is compiled; any constant where
  ///     the filter names none
  /// @param excludedRows rows of that version, shared and not to be changed any more; in another
  ///     order they make another key
  public ResultKey(
      EmbeddingKey user,
      String generation,
      long itemsVersion,
      long setsVersion,
      int k,
      int[] excludedRows,
      FilterRule filter,
      SearchOptions search) {
    this.user = user;
    this.generation = generation;
    this.itemsVersion = itemsVersion;
    this.setsVersion = setsVersion;
    this.k = k;
    this.excludedRows = excludedRows;
    this.filter = filter;
    this.search = search;
    this.hash =
        new ContentHash()
            .add(user.hashCode())
            .add(generation.hashCode())
            .add(itemsVersion)
            .add(setsVersion)
            .add(k)
            .add(excludedRows)
            .add(filter.hashCode())
            .add(search.hashCode())
            .value();
  }

  /// The embedding's key.
  public EmbeddingKey user() {
    return user;
  }

  String generation() {
    return generation;
  }

  /// Heap taken, about; the embedding's key counts whole though it may be shared.
  int bytes() {
    return OVERHEAD_BYTES
        + user.bytes()
        + Integer.BYTES * excludedRows.length
        + filterBytes(filter);
  }

  private static int filterBytes(FilterRule rule) {
    return TEXT_OVERHEAD_BYTES
        + switch (rule) {
          case FilterRule.All(List<FilterRule> rules) -> sum(rules);
          case FilterRule.Any(List<FilterRule> rules) -> sum(rules);
          case FilterRule.Not(FilterRule part) -> filterBytes(part);
          case FilterRule.In(String column, List<String> values) ->
              textBytes(column) + textBytes(values);
          case FilterRule.Range range -> textBytes(range.column());
          case FilterRule.OnlyIds(List<String> ids) -> textBytes(ids);
          case FilterRule.InSet(String name) -> textBytes(name);
        };
  }

  private static int sum(List<FilterRule> rules) {
    return rules.stream().mapToInt(ResultKey::filterBytes).sum();
  }

  private static int textBytes(List<String> texts) {
    return texts.stream().mapToInt(ResultKey::textBytes).sum();
  }

  private static int textBytes(String text) {
    return TEXT_OVERHEAD_BYTES + Character.BYTES * text.length();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof ResultKey key
            && hash == key.hash
            && itemsVersion == key.itemsVersion
            && setsVersion == key.setsVersion
            && k == key.k
            && generation.equals(key.generation)
            && Arrays.equals(excludedRows, key.excludedRows)
            && filter.equals(key.filter)
            && search.equals(key.search)
            && user.equals(key.user));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
