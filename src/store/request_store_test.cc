#include "store/request_store.h"

#include <gtest/gtest.h>

#include "store/nouns_fixture.h"

namespace postrider {
namespace {

class RequestStoreTest : public NounsTest {
 protected:
  RequestStore& requests() { return store_->requests(); }
  KeyState begin(std::string_view caller, std::string_view key, std::string_view request) {
    return std::get<KeyState>(requests().begin(caller, key, request, clock_.wall_now()));
  }
};

TEST_F(RequestStoreTest, AKeyIsTakenOnceAndItsAnswerKept) {
  EXPECT_EQ(begin("key:ci", "k", "create a"), KeyState::fresh);
  EXPECT_EQ(begin("key:ci", "k", "create a"), KeyState::running);
  EXPECT_EQ(begin("key:ci", "k", "create b"), KeyState::other);
  requests().keep("key:ci", "k", {201, "application/json", "/api/campaigns/1", "{}"});
  const auto kept = std::get<KeptAnswer>(requests().begin("key:ci", "k", "create a", clock_.wall_now()));
  EXPECT_EQ(kept.status, 201);
  EXPECT_EQ(kept.location, "/api/campaigns/1");
  EXPECT_EQ(kept.body, "{}");
}

TEST_F(RequestStoreTest, AKeyBelongsToItsCaller) {
  EXPECT_EQ(begin("key:ci", "k", "create a"), KeyState::fresh);
  EXPECT_EQ(begin("account:ana", "k", "create b"), KeyState::fresh);
}

TEST_F(RequestStoreTest, WhatDidNothingIsForgotten) {
  EXPECT_EQ(begin("key:ci", "k", "create a"), KeyState::fresh);
  requests().forget("key:ci", "k");
  EXPECT_EQ(begin("key:ci", "k", "create a"), KeyState::fresh);
}

TEST_F(RequestStoreTest, AKeyIsKeptForADay) {
  EXPECT_EQ(begin("key:ci", "k", "create a"), KeyState::fresh);
  requests().keep("key:ci", "k", {201, "application/json", "", "{}"});
  clock_.advance(kRequestMemory + std::chrono::seconds{1});
  EXPECT_EQ(begin("key:ci", "k", "create b"), KeyState::fresh);
}

TEST_F(RequestStoreTest, ADeadProcessLeavesItsKeysUnknown) {
  EXPECT_EQ(begin("key:ci", "k", "create a"), KeyState::fresh);
  open(file("test.db"));
  EXPECT_EQ(begin("key:ci", "k", "create a"), KeyState::unknown);
}

}  // namespace
}  // namespace postrider
