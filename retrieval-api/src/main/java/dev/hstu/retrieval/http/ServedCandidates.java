package dev.hstu.retrieval.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hstu.retrieval.users.ServedList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// A list of candidates as it was sent: the very bytes, which a cache may hold too.
///
/// @param json a list of objects with `itemId`, shared and not to be changed
record ServedCandidates(byte[] json) implements ServedList {

  private static final JsonFactory JSON = new JsonFactory();

  @Override
  public List<String> itemIds() {
    List<String> ids = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(json)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.VALUE_STRING
            && "itemId".equals(parser.currentName())) {
          ids.add(parser.getText());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("candidates that were sent could not be read", e);
    }
    return ids;
  }

  @Override
  public int bytes() {
    return json.length;
  }
}
