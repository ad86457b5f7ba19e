#pragma once
// Text encoding: what spreadsheets really write, made UTF-8. Inside this room only. Pure.

#include <cstdint>
#include <string>
#include <string_view>

namespace postrider {

enum class Encoding { utf8, utf16_little, utf16_big, windows_1252 };

struct Detected {
  Encoding encoding = Encoding::utf8;
  std::size_t mark = 0;  ///< length of the byte order mark
};

/// Judges by the byte order mark, else by the first bytes of a text (64 KiB are plenty): valid
/// UTF-8 is UTF-8, all else Windows-1252. A character cut off at the end of `head` is no fault.
Detected detect_encoding(std::string_view head);

/// Windows-1252, of which Latin-1 text is a part. The five bytes it leaves open become the control
/// characters they are in Latin-1, as in browsers (WHATWG Encoding §9.1).
std::string decode_windows_1252(std::string_view bytes);

/// Decodes UTF-16 piece by piece; a piece may end within a character. A surrogate without its
/// partner becomes U+FFFD. Each instance belongs to one text.
class Utf16Decoder {
 public:
  explicit Utf16Decoder(bool big_endian) : big_endian_(big_endian) {}
  std::string decode(std::string_view bytes);
  /// What a text that ends within a character leaves over.
  std::string finish();

 private:
  void take_unit(std::uint32_t unit, std::string& out);

  bool big_endian_;
  bool half_unit_ = false;  ///< first_byte_ waits for its second
  unsigned char first_byte_ = 0;
  std::uint32_t high_ = 0;  ///< a high surrogate that waits for its partner; 0: none
};

}  // namespace postrider
