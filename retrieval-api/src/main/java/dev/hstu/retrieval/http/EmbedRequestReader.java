package dev.hstu.retrieval.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.hstu.retrieval.config.EmbedSettings;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// Reads the body of `POST /embed`: one history, or a list of them.
@Singleton
final class EmbedRequestReader {

  private final RetrieveRequestReader histories;
  private final EmbedSettings limits;

  EmbedRequestReader(RetrieveRequestReader histories, EmbedSettings limits) {
    this.histories = histories;
    this.limits = limits;
  }

  /// What was sent.
  ///
  /// @param histories at least one, unless a list was empty
  /// @param isList whether they came as a list, so that a problem's pointer names the entry
  record Sent(List<RetrieveRequest> histories, boolean isList) {}

  /// @throws InvalidRequestException when the body is not JSON, not a history or not a list of them
  Sent read(byte[] body) {
    try (RequestJson json = new RequestJson(body)) {
      json.begin();
      Sent sent =
          json.isList()
              ? new Sent(readList(json), true)
              : new Sent(List.of(histories.readHistory(json)), false);
      json.end();
      return sent;
    } catch (JsonProcessingException e) {
      throw RequestJson.malformed(e);
    } catch (IOException e) {
      throw new UncheckedIOException("a body in memory could not be read", e);
    }
  }

  private List<RetrieveRequest> readList(RequestJson json) throws IOException {
    List<RetrieveRequest> read = new ArrayList<>();
    while (json.nextEntry()) {
      if (read.size() == limits.maxHistories()) {
        throw new InvalidRequestException(
            ProblemType.TOO_MANY_ENTRIES,
            "",
            "the body has more than %d histories; send the rest in another, or raise"
                    .formatted(limits.maxHistories())
                + " embed.max-histories");
      }
      read.add(histories.readHistory(json));
    }
    return read;
  }
}
