package dev.hstu.retrieval.http;

import dev.hstu.index.filter.FilterRule;
import dev.hstu.retrieval.config.RetrievalSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A filter as a request has it, for who writes it alone: `{"in": {"genres": ["Comedy"]}}`.
public final class WrittenFilter {

  private WrittenFilter() {}

  /// Reads a filter by the rules of the service.
  ///
  /// @param limits on its ids
  /// @throws IllegalArgumentException saying what is wrong with it and where
  public static FilterRule read(String text, RetrievalSettings limits) throws IOException {
    try (RequestJson json = new RequestJson(text.getBytes(StandardCharsets.UTF_8))) {
      json.begin();
      FilterRule rule = new FilterRuleReader(json, limits).read();
      json.end();
      return rule;
    } catch (InvalidRequestException e) {
      @Nullable String field = e.problem().field();
      throw new IllegalArgumentException(
          field == null || field.isEmpty() ? e.getMessage() : field + ": " + e.getMessage(), e);
    }
  }
}
