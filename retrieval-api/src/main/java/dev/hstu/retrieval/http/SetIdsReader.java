package dev.hstu.retrieval.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdTableBuilder;
import dev.hstu.kernels.tables.IdType;
import java.io.IOException;
import java.io.InputStream;

/// Reads the ids of a set from a body of any length: one JSON list, or values one after another as
/// in NDJSON; each a string or an integer. Ids that stand twice count once.
final class SetIdsReader {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(1)
                  .maxNumberLength(IdTable.MAX_ID_BYTES)
                  .maxStringLength(IdTable.MAX_ID_BYTES)
                  .build())
          .build();

  private SetIdsReader() {}

  /// Reads to the end of the body, which the caller closes.
  ///
  /// @param type of the ids served now
  /// @throws InvalidRequestException when the body is no list of ids, or has too many
  static IdTable read(InputStream body, IdType type) throws IOException {
    IdTableBuilder ids = new IdTableBuilder(type);
    try (JsonParser parser = JSON.createParser(body)) {
      JsonToken token = parser.nextToken();
      boolean list = token == JsonToken.START_ARRAY;
      if (list) {
        token = parser.nextToken();
      }
      long number = 1;
      while (token != null && token != JsonToken.END_ARRAY) {
        add(ids, parser, token, number++);
        token = parser.nextToken();
      }
      if (list && (token == null || parser.nextToken() != null)) {
        throw refused(ProblemType.MALFORMED_JSON, "the body is more than one list; send one");
      }
      return ids.build();
    } catch (JsonProcessingException e) {
      throw RequestJson.malformed(e);
    }
  }

  private static void add(IdTableBuilder ids, JsonParser parser, JsonToken token, long number)
      throws IOException {
    if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT) {
      throw refused(
          ProblemType.WRONG_TYPE,
          "id %d is %.40s and must be a string or an integer; send it so"
              .formatted(number, parser.getText()));
    }
    if (ids.size() == NamedSets.MAX_IDS) {
      throw refused(
          ProblemType.TOO_MANY_ENTRIES,
          "the set has more than %d ids; split it into several".formatted(NamedSets.MAX_IDS));
    }
    try {
      ids.add(parser.getText());
    } catch (IllegalArgumentException e) {
      throw refused(ProblemType.INVALID_SET, "id %d: %s".formatted(number, e.getMessage()));
    }
  }

  private static InvalidRequestException refused(ProblemType type, String detail) {
    return new InvalidRequestException(type, "", detail);
  }
}
