package dev.tatara.activities.clean;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersonalMaskTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jane.doe+spam@mail.company.co.jp",
        "x_1@a-b.io",
      })
  void masksMailAddresses(String address) {
    assertThat(mask("Write to " + address + ".")).isEqualTo("Write to <email>.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"8.8.8.8", "203.104.209.7", "2600:1f18::5a:9", "2404:6800:4004:80f::200e"})
  void masksPublicAddresses(String address) {
    assertThat(mask("from " + address + ", port 80")).isEqualTo("from <ip>, port 80");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "03-1234-5678", "090-1234-5678", "0120-444-444", "(03) 1234-5678", "045(123)4567",
        "+81 3-1234-5678", "+1 415-555-2671", "(415) 555-2671", "415-555-2671", "+49 30 1234 5678",
      })
  void masksPhoneNumbers(String number) {
    assertThat(mask("電話 " + number + " まで")).isEqualTo("電話 <phone> まで");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "you@example.com",
        "root@localhost",
        "a@mail.example.org",
        "@decorator",
        "a@b",
        "127.0.0.1",
        "192.168.1.20",
        "10.0.0.1",
        "192.0.2.33",
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "::1",
        "fe80::1",
        "2001:db8::1",
        "std::string",
        "12:34:56",
        "2024:10:11",
        "2024-01-15",
        "978-4-16-110001-2",
        "1-800",
        "3.11.2",
        "2001-2026",
        "0.5-10",
        "10-20-3000",
      })
  void leavesWhatIsNobodys(String text) {
    assertThat(mask("see " + text + " here")).isEqualTo("see " + text + " here");
  }

  @Test
  void countsByKind() {
    PersonalMask.Result result =
        PersonalMask.mask("a.b@c.org, d@e.net and 9.9.9.9; call 03-1234-5678");

    assertThat(result.counts())
        .isEqualTo(Map.of("masked-email", 2.0, "masked-ip", 1.0, "masked-phone", 1.0));
  }

  private static String mask(String text) {
    return PersonalMask.mask(text).text();
  }
}
