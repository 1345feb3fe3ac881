package dev.hstu.retrieval.cli;

import dev.hstu.index.memory.MemorySize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Amounts of memory on the command line.
public final class MemorySizeConverter implements ITypeConverter<Long> {

  @Override
  public Long convert(String text) {
    try {
      return MemorySize.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
