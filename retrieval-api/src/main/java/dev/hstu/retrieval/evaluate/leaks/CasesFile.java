package dev.hstu.retrieval.evaluate.leaks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.kernels.tables.IdTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cases of somebody's evaluation, one JSON object a line:
///
/// ```json {"userId": "u1", "events": [{"itemId": "50", "timestamp": 890000000}], "requestTime":
/// 890000900, "target": {"itemId": "172", "timestamp": 890000900}, "candidates": ["172", "3"],
/// "excluded": ["50"]}
/// ```
///
/// Events may have an `action`, a number, for models that read them. `candidates` (what is ranked;
/// without it everything) and `excluded` (what cannot be ranked; without it what the audit's filter
/// says) are optional. Events of items that the data lacks are left out.
public final class CasesFile {

  /// A million cases of twenty events take half a gigabyte.
  public static final int MAX_CASES = 1_000_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final IdTable items;
  private long line;

  private CasesFile(Path file, IdTable items) {
    this.file = file;
    this.items = items;
  }

  /// Reads all cases.
  ///
  /// @param items of the data
  /// @throws IllegalArgumentException naming the line that is no case and what is wrong with it
  public static AuditCases read(Path file, IdTable items) throws IOException {
    return AuditCases.of(new CasesFile(file, items).cases());
  }

  private List<AuditCase> cases() throws IOException {
    List<AuditCase> cases = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String text = reader.readLine();
      while (text != null) {
        line++;
        if (!text.isBlank()) {
          if (cases.size() == MAX_CASES) {
            throw wrong("is one case more than the %,d allowed; split the file", MAX_CASES);
          }
          cases.add(read(text));
        }
        text = reader.readLine();
      }
    }
    if (cases.isEmpty()) {
      throw wrong("ends without a case; each line is a JSON object");
    }
    return cases;
  }

  private AuditCase read(String text) {
    try {
      JsonNode json = JSON.readTree(text);
      JsonNode target = json.path("target");
      int row = items.rowOf(text(target, "itemId"));
      return new AuditCase(
          text(json, "userId"),
          history(json),
          row + 1,
          seconds(target, "timestamp"),
          rows(json, "candidates"),
          rows(json, "excluded"));
    } catch (JsonProcessingException e) {
      throw wrong("is no JSON: %s", e.getOriginalMessage());
    }
  }

  private UserHistory history(JsonNode json) {
    JsonNode events = json.path("events");
    int[] rows = new int[events.size()];
    long[] times = new long[events.size()];
    float[] actions = new float[events.size()];
    boolean withActions = false;
    int known = 0;
    for (JsonNode event : events) {
      int row = items.rowOf(text(event, "itemId"));
      times[known] = seconds(event, "timestamp");
      if (row != IdTable.NOT_FOUND) {
        withActions |= event.path("action").isNumber();
        actions[known] = event.path("action").floatValue();
        rows[known++] = row + 1;
      }
    }
    return new UserHistory(
        Arrays.copyOf(rows, known),
        Arrays.copyOf(times, known),
        withActions ? Arrays.copyOf(actions, known) : new float[0],
        seconds(json, "requestTime"));
  }

  private int @Nullable [] rows(JsonNode json, String field) {
    if (!json.has(field)) {
      return null;
    }
    int[] rows = new int[json.path(field).size()];
    int known = 0;
    for (JsonNode id : json.path(field)) {
      int row = items.rowOf(id.asText());
      if (row != IdTable.NOT_FOUND) {
        rows[known++] = row + 1;
      }
    }
    return Arrays.copyOf(rows, known);
  }

  private String text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isTextual() && !value.isIntegralNumber()) {
      throw wrong("has no %s; give a string or an integer", field);
    }
    return value.asText();
  }

  private long seconds(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isIntegralNumber()) {
      throw wrong("has no %s; give integer seconds", field);
    }
    return value.asLong();
  }

  private IllegalArgumentException wrong(String problem, Object... values) {
    return new IllegalArgumentException(
        "line %d of %s %s".formatted(line, file, problem.formatted(values)));
  }
}
