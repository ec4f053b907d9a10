//! Writes modules made at random: `smith SEED COUNT DIRECTORY` makes DIRECTORY/N.wasm, N from SEED to SEED + COUNT - 1.
//!
//! They are of the form that goru's guests have: one memory, at most one table, nothing imported, the instructions that
//! guests use. Each ends by itself (fuel), and what would be a NaN of any kind is the one NaN. Where N is even, accesses,
//! divisions and conversions are made so that they do not trap; where it is odd they may.

use std::{env, fs, process};

use arbitrary::Unstructured;
use wasm_smith::{Config, Module};

const FUEL: u32 = 3000;

fn config(traps: bool) -> Config {
    Config {
        min_memories: 1,
        max_memories: 1,
        max_memory32_bytes: 1 << 20,
        memory_max_size_required: true,
        min_tables: 0,
        max_tables: 1,
        max_table_elements: 64,
        table_max_size_required: true,
        min_funcs: 2,
        max_funcs: 16,
        max_imports: 0,
        max_instructions: 200,
        export_everything: true,
        allow_start_export: false,
        canonicalize_nans: true,
        disallow_traps: !traps,
        multi_value_enabled: false,
        bulk_memory_enabled: false,
        reference_types_enabled: false,
        tail_call_enabled: false,
        relaxed_simd_enabled: false,
        exceptions_enabled: false,
        memory64_enabled: false,
        threads_enabled: false,
        gc_enabled: false,
        custom_page_sizes_enabled: false,
        wide_arithmetic_enabled: false,
        extended_const_enabled: false,
        shared_everything_threads_enabled: false,
        simd_enabled: true,
        saturating_float_to_int_enabled: true,
        sign_extension_ops_enabled: true,
        ..Config::default()
    }
}

/// SplitMix64: the same bytes for a seed everywhere.
fn bytes_of(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(count);
    while bytes.len() < count {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
    }
    bytes
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let numbers: Vec<u64> = arguments.iter().skip(1).take(2).filter_map(|text| text.parse().ok()).collect();
    if arguments.len() != 4 || numbers.len() != 2 {
        eprintln!("usage: smith SEED COUNT DIRECTORY");
        process::exit(2);
    }
    for seed in numbers[0]..numbers[0] + numbers[1] {
        let bytes = bytes_of(seed, 16 << 10);
        let made = Module::new(config(seed % 2 == 1), &mut Unstructured::new(&bytes)).map(|mut module| {
            let _ = module.ensure_termination(FUEL);
            module.to_bytes()
        });
        match made {
            Ok(module) => fs::write(format!("{}/{seed}.wasm", arguments[3]), module).expect("cannot write a module"),
            Err(error) => eprintln!("smith: {seed}: {error}"),
        }
    }
}
