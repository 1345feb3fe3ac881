package dev.hstu.retrieval.http;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.hstu.retrieval.retrieve.Candidate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/// Writes candidates as the rest of an answer is written, byte for byte, but without asking for
/// each field of each candidate what is to be done with it: they are nearly all of an answer.
final class CandidateJson {

  private static final JsonFactory JSON = new JsonFactory();
  private static final SerializableString ITEM_ID = new SerializedString("itemId");
  private static final SerializableString SCORE = new SerializedString("score");

  /// Of one candidate: two names, a number, an id of 64 bits.
  private static final int EXPECTED_BYTES = 56;

  /// Most characters of a float.
  private static final int FLOAT_CHARS = 16;

  private CandidateJson() {}

  /// A list of objects with `itemId` and `score`.
  static byte[] write(List<Candidate> candidates) {
    ByteArrayBuilder bytes = new ByteArrayBuilder(EXPECTED_BYTES * (candidates.size() + 1));
    try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
      StringBuilder text = new StringBuilder(FLOAT_CHARS);
      char[] digits = new char[FLOAT_CHARS];
      json.writeStartArray();
      for (Candidate candidate : candidates) {
        json.writeStartObject();
        json.writeFieldName(ITEM_ID);
        json.writeString(candidate.itemId());
        json.writeFieldName(SCORE);
        writeScore(json, candidate.score(), text, digits);
        json.writeEndObject();
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException("candidates could not be written as JSON", e);
    }
    return bytes.toByteArray();
  }

  /// The digits that `writeNumber` writes, without making three objects of each number.
  private static void writeScore(JsonGenerator json, float score, StringBuilder text, char[] digits)
      throws IOException {
    if (!Float.isFinite(score)) {
      json.writeNumber(score); // in quotes
      return;
    }
    text.setLength(0);
    text.append(score);
    text.getChars(0, text.length(), digits, 0);
    json.writeRawValue(digits, 0, text.length());
  }
}
