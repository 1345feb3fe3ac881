package dev.hstu.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;

/// The arrows of ARCHITECTURE.md hold in the compiled classes of every module, this being the one
/// module that sees them all.
@AnalyzeClasses(
    packages = "dev.hstu",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
final class ArchitectureTest {

  /// Test classes of another module come as a jar once it is packaged.
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule ARROWS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("kernels")
          .definedBy("dev.hstu.kernels..")
          .layer("encoder")
          .definedBy("dev.hstu.encoder..")
          .layer("index-builder")
          .definedBy("dev.hstu.index..")
          .layer("retrieval-api")
          .definedBy("dev.hstu.retrieval..")
          .layer("benchmarks")
          .definedBy("dev.hstu.benchmarks..")
          .whereLayer("benchmarks")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("retrieval-api")
          .mayOnlyBeAccessedByLayers("benchmarks")
          .whereLayer("encoder")
          .mayOnlyBeAccessedByLayers("retrieval-api", "benchmarks")
          .whereLayer("index-builder")
          .mayOnlyBeAccessedByLayers("retrieval-api", "benchmarks");

  @ArchTest
  static final ArchRule THE_CLIENT_STANDS_ALONE =
      noClasses()
          .that()
          .resideInAPackage("dev.hstu.client..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.hstu.kernels..",
              "dev.hstu.encoder..",
              "dev.hstu.index..",
              "dev.hstu.retrieval..",
              "dev.hstu.benchmarks..");

  @ArchTest
  static final ArchRule NOTHING_KNOWS_THE_CLIENT =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.hstu.client..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.hstu.client..");

  @ArchTest
  static final ArchRule NO_PACKAGE_CYCLES =
      slices().matching("dev.hstu.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NATIVE_CODE_IS_LINKED_IN_KERNELS_ONLY =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.hstu.kernels..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "link native code",
                  (JavaClass c) ->
                      c.isEquivalentTo(Linker.class)
                          || c.isEquivalentTo(SymbolLookup.class)
                          || c.isEquivalentTo(FunctionDescriptor.class)));

  @ArchTest
  static final ArchRule RETRIEVING_KNOWS_NO_HTTP =
      noClasses()
          .that()
          .resideInAPackage("dev.hstu.retrieval.retrieve..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.micronaut.http..", "dev.hstu.retrieval.http..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule NAMES_ARE_THE_FIELDS_OWN =
      classes()
          .that()
          .resideInAPackage("dev.hstu..")
          .should()
          .haveSimpleNameNotEndingWith("Util")
          .andShould()
          .haveSimpleNameNotEndingWith("Utils")
          .andShould()
          .haveSimpleNameNotEndingWith("Helper")
          .andShould()
          .haveSimpleNameNotEndingWith("Manager");
}
