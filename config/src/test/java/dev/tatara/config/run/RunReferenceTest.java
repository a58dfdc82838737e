package dev.tatara.config.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RunReferenceTest {
  private static final Path PAGE = RunSchemaTest.HOME.resolve("config/RUN.md");
  private static final String MARK =
      "<!-- What follows is made from the records; see README.md. -->\n";

  @Test
  void listsEveryKeyAsTheSchemaHasIt() throws IOException {
    String page = Files.readString(PAGE);
    assertThat(page).contains(MARK);
    String byHand = page.substring(0, page.indexOf(MARK) + MARK.length());

    GeneratedFile.mustBe(PAGE, byHand + RunReference.page(RunSchemaTest.fromRecords()));
  }
}
