package dev.hstu.retrieval.receipts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hstu.retrieval.retrieve.Candidate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A list of candidates as it was sent: what a client got, read back from its bytes.
record SentCandidates(List<Candidate> candidates) {

  private static final JsonFactory JSON = new JsonFactory();

  /// Reads a JSON list of objects with `itemId` and `score`.
  static SentCandidates of(byte[] json) {
    List<Candidate> candidates = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        candidates.add(candidate(parser));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a list that was sent is no JSON", e);
    }
    return new SentCandidates(candidates);
  }

  private static Candidate candidate(JsonParser parser) throws IOException {
    String itemId = "";
    float score = Float.NaN;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "itemId" -> itemId = parser.getText();
        case "score" -> score = parser.getFloatValue();
        default -> parser.skipChildren();
      }
    }
    return new Candidate(itemId, score);
  }

  /// Which share of the exact list was sent. An item that scores what the last of the exact list
  /// does stands for one of its equals.
  ///
  /// @param exact not empty
  double recall(List<Candidate> exact) {
    Set<String> ids = HashSet.newHashSet(exact.size());
    exact.forEach(candidate -> ids.add(candidate.itemId()));
    float last = exact.getLast().score();
    long hits =
        candidates.stream()
            .filter(sent -> ids.contains(sent.itemId()) || sent.score() == last)
            .count();
    return Math.min(1, (double) hits / exact.size());
  }
}
