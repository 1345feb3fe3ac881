package dev.hstu.retrieval.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.names.NearNames;
import java.io.IOException;
import java.util.List;

/// A request body, token by token. Values are read strictly: an integer is an integer (and keeps
/// all its digits), nothing is coerced, and every refusal is an [InvalidRequestException] that
/// points at its value. Not thread-safe; one per body.
final class RequestJson implements AutoCloseable {

  /// Filters nest 8 rules, each an object and a list; a few more levels give a better message than
  /// the bound's own.
  private static final int MAX_DEPTH = 32;

  /// Longest number in characters; the longest sensible one is a 64-bit integer of 20.
  private static final int MAX_NUMBER_LENGTH = 100;

  /// How much of an offending text an answer repeats.
  private static final int MAX_QUOTE = 40;

  /// Where Jackson's messages name its own Java settings and buffers, which help no client.
  private static final String PARSER_INTERNALS = ", from `[^`]*`| \\(start marker at .*\\)";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER_LENGTH)
                  .build())
          .build();

  private final JsonParser parser;

  /// Stands before the first token of `body`.
  RequestJson(byte[] body) throws IOException {
    parser = JSON.createParser(body);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  /// Steps to the first token of the body.
  void begin() throws IOException {
    if (parser.nextToken() == null) {
      throw malformed("the body is empty; send one JSON object");
    }
  }

  /// Checks that the body ends here.
  void end() throws IOException {
    if (parser.nextToken() != null) {
      throw malformed("there is more after the request's closing brace; send one JSON object");
    }
  }

  /// Whether the current value is null.
  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  /// Whether the current value is a list.
  boolean isList() {
    return parser.currentToken() == JsonToken.START_ARRAY;
  }

  /// Requires the current value to be an object.
  void requireObject() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw wrongType("an object");
    }
  }

  /// Requires the current value to be a list.
  void requireList() throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrongType("a list");
    }
  }

  /// Steps to the next field's value; false at the end of the object.
  boolean nextField() throws IOException {
    if (parser.nextToken() == JsonToken.END_OBJECT) {
      return false;
    }
    parser.nextToken();
    return true;
  }

  /// Steps to the next entry of a list; false at its end.
  boolean nextEntry() throws IOException {
    return parser.nextToken() != JsonToken.END_ARRAY;
  }

  /// Name of the field whose value is the current one.
  String fieldName() throws IOException {
    return parser.currentName();
  }

  /// JSON Pointer to the current value.
  String pointer() {
    return parser.getParsingContext().pathAsPointer().toString();
  }

  /// An id's text: of a string its characters, of an integer its digits.
  ///
  /// @param maxLength longest id, in UTF-16 units
  String id(int maxLength) throws IOException {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT) {
      throw wrongType("a string or an integer");
    }
    String id = parser.getText();
    if (id.isEmpty() || id.length() > maxLength) {
      throw new InvalidRequestException(
          ProblemType.OUT_OF_RANGE,
          pointer(),
          "%s has %d characters and must have 1..%d; send the id itself"
              .formatted(place(), id.length(), maxLength));
    }
    return id;
  }

  /// A time in whole seconds since 1970.
  long seconds() throws IOException {
    long seconds = integer();
    if (seconds > Clock.MAX_SECONDS) {
      throw new InvalidRequestException(
          ProblemType.MILLISECONDS,
          pointer(),
          "%s=%s is above %d and so not in seconds; divide milliseconds by 1000"
              .formatted(place(), quoted(), Clock.MAX_SECONDS));
    }
    if (seconds < 0) {
      throw new InvalidRequestException(
          ProblemType.OUT_OF_RANGE,
          pointer(),
          "%s=%s must be within 0..%d; send seconds since 1970"
              .formatted(place(), quoted(), Clock.MAX_SECONDS));
    }
    return seconds;
  }

  /// An integer within `least..most`.
  ///
  /// @param mend ends the sentence, e.g. `send another k`
  int integer(int least, int most, String mend) throws IOException {
    long value = integer();
    if (value < least || value > most) {
      throw new InvalidRequestException(
          ProblemType.OUT_OF_RANGE,
          pointer(),
          "%s=%s must be within %d..%d; %s".formatted(place(), quoted(), least, most, mend));
    }
    return (int) value;
  }

  boolean trueOrFalse() throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw wrongType("true or false");
    };
  }

  /// A number that fits a float32.
  float float32() throws IOException {
    if (!parser.currentToken().isNumeric()) {
      throw wrongType("a number");
    }
    float value = parser.getFloatValue();
    if (!Float.isFinite(value)) {
      throw new InvalidRequestException(
          ProblemType.OUT_OF_RANGE,
          pointer(),
          "%s=%s does not fit a float32; send a smaller number".formatted(place(), quoted()));
    }
    return value;
  }

  /// A finite float64.
  double float64() throws IOException {
    if (!parser.currentToken().isNumeric()) {
      throw wrongType("a number");
    }
    double value = parser.getDoubleValue();
    if (!Double.isFinite(value)) {
      throw new InvalidRequestException(
          ProblemType.OUT_OF_RANGE,
          pointer(),
          "%s=%s does not fit a float64; send a smaller number".formatted(place(), quoted()));
    }
    return value;
  }

  /// The text of a string.
  String text() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrongType("a string");
    }
    return parser.getText();
  }

  /// The text of a string, the digits of a number.
  String textOrNumber() throws IOException {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_STRING && !token.isNumeric()) {
      throw wrongType("a string or a number");
    }
    return parser.getText();
  }

  /// The refusal of the current field.
  ///
  /// @param known the names there are
  InvalidRequestException unknownField(List<String> known) throws IOException {
    return unknownField(
        "is not a field here; did you mean %s?".formatted(NearNames.nearest(fieldName(), known)));
  }

  /// The refusal of the current field for a reason of its own.
  InvalidRequestException unknownField(String why) throws IOException {
    return new InvalidRequestException(
        ProblemType.UNKNOWN_FIELD, pointer(), "'%s' %s".formatted(shortened(fieldName()), why));
  }

  /// A document that is not JSON, in words.
  static InvalidRequestException malformed(JsonProcessingException e) {
    String problem =
        e.getOriginalMessage()
            .lines()
            .findFirst()
            .orElse("unexpected input")
            .replaceAll(PARSER_INTERNALS, "");
    JsonLocation place = e.getLocation();
    String where =
        place == null
            ? ""
            : " at line %d, column %d".formatted(place.getLineNr(), place.getColumnNr());
    return malformed("%s%s; send one JSON object in UTF-8".formatted(problem, where));
  }

  private static InvalidRequestException malformed(String detail) {
    return new InvalidRequestException(ProblemType.MALFORMED_JSON, "", detail);
  }

  private InvalidRequestException wrongType(String expected) throws IOException {
    return new InvalidRequestException(
        ProblemType.WRONG_TYPE,
        pointer(),
        "%s is %s and must be %s; send it so".formatted(place(), describe(), expected));
  }

  /// An integer; one beyond 64 bits becomes the nearest end, which every range here refuses.
  private long integer() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw wrongType("an integer");
    }
    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      return parser.getText().startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return parser.getLongValue();
  }

  /// The current value's name in a sentence: `the body`, `k`, or `entry 3 of events`.
  private String place() {
    String pointer = pointer();
    if (pointer.isEmpty()) {
      return "the body";
    }
    String[] segments = pointer.split("/", -1);
    String last = segments[segments.length - 1];
    return last.matches("[0-9]+") && segments.length > 2
        ? "entry %s of %s".formatted(last, segments[segments.length - 2])
        : last;
  }

  private String describe() throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "the string '%s'".formatted(quoted());
      default -> quoted();
    };
  }

  private String quoted() throws IOException {
    return shortened(parser.getText());
  }

  private static String shortened(String text) {
    return text.length() <= MAX_QUOTE ? text : text.substring(0, MAX_QUOTE) + "...";
  }
}
