// SPDX-License-Identifier: Apache-2.0
//
// Whether a sanitizer is built in. It slows everything down, makes system calls
// of its own, and looks into its own process through /proc.
#pragma once

namespace flowtell {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;  // by GCC
#elif defined(__has_feature)
inline constexpr bool kIsSanitized =  // by clang
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kIsSanitized = false;
#endif

}  // namespace flowtell
