#include <iostream>

#include "app/program.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return postrider::run_program({argv + 1, argv + argc}, std::cout, std::cerr);
}
