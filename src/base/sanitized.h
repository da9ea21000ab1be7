// SPDX-License-Identifier: Apache-2.0
//
// Whether a sanitizer is built in. Sanitizers slow the program down, make their
// own system calls, and read their own process through /proc.
#pragma once

namespace flowtell {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;  // GCC
#elif defined(__has_feature)
inline constexpr bool kIsSanitized =  // clang
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kIsSanitized = false;
#endif

}  // namespace flowtell
