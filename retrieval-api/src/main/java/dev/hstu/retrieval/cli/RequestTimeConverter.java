package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.evaluate.RequestTimeRule;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads the rule of the request time by the label that reports show.
final class RequestTimeConverter implements ITypeConverter<RequestTimeRule> {

  @Override
  public RequestTimeRule convert(String value) {
    return Arrays.stream(RequestTimeRule.values())
        .filter(rule -> rule.label().equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'%s' is not known; give target or last-event".formatted(value)));
  }
}
