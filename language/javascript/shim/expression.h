// What the source calls a value that an instruction is about to use: `a.b.c`, `list[i].next(...)`. It is told from the
// bytecode when an error needs it, so it costs nothing before that, works for all code whatever it was made from, and runs
// nothing of the program. Part of engine.c, which has quickjs.c before this.
//
// The instructions of the function are walked from its start to the one in question, with what would lie on the stack.
// What came together from several branches has no name.

enum { EXPRESSION_DEPTH = 256, EXPRESSION_STEPS = 15, EXPRESSION_JUMPS = 64, EXPRESSION_TEXT = 256 };

// As V8 calls what has no name.
static const char expression_nameless[] = "(intermediate value)";

// One step from a variable or constant to the value, and where its instruction is.
typedef enum StepKind {
    STEP_UNKNOWN, // begins with something that has no name
    STEP_ROOT,
    STEP_SECOND, // the other one of an instruction with two variables
    STEP_FIELD,
    STEP_OPEN,
    STEP_CLOSE,
    STEP_CALL,
    STEP_OPTIONAL,
} StepKind;

typedef struct Step {
    uint32_t kind : 3;
    uint32_t pc : 29;
} Step;

typedef struct Expression {
    uint32_t born; // the instruction that wrote it last
    uint32_t count; // of steps; none: it has no name
    Step steps[EXPRESSION_STEPS];
} Expression;

typedef struct Jump {
    uint32_t from;
    uint32_t target;
    int depth;
    Expression top; // what lay there
} Jump;

// The walk is never entered twice, and these would be much for the guest's stack where little of it is left.
static Expression expression_stack[EXPRESSION_DEPTH];
static Expression expression_copies[8];
static Jump expression_jumps[EXPRESSION_JUMPS];

typedef struct Walk {
    const JSFunctionBytecode *code;
    uint32_t pc; // of the instruction that is looked at
    int depth;
    int jumps;
    uint32_t next_target;
    bool optional; // the value was just asked whether it is undefined or null
    int pattern;   // so many instructions of the three that ask for the initializer of a pattern
    bool left;     // the instruction before goes elsewhere
    uint32_t landing; // where only a jump from further down comes to
} Walk;

static Expression *expression_top(Walk *walk, int index)
{
    static Expression nothing;
    if (walk->depth - 1 - index >= 0)
        return &expression_stack[walk->depth - 1 - index];
    nothing = (Expression){0};
    return &nothing;
}

static bool expression_push(Walk *walk, int count)
{
    for (int i = 0; i < count; i++) {
        if (walk->depth == EXPRESSION_DEPTH)
            return false;
        expression_stack[walk->depth].born = walk->pc;
        expression_stack[walk->depth++].count = 0;
    }
    return true;
}

static void expression_pop(Walk *walk, int count)
{
    walk->depth = walk->depth > count ? walk->depth - count : 0;
}

static void expression_step(const Walk *walk, Expression *to, StepKind kind, uint32_t pc)
{
    to->born = walk->pc;
    if (to->count == EXPRESSION_STEPS)
        to->count = 0;
    if (to->count == 0 && kind > STEP_SECOND)
        to->steps[to->count++] = (Step){.kind = STEP_UNKNOWN, .pc = pc};
    to->steps[to->count++] = (Step){.kind = kind, .pc = pc};
}

static void expression_root(const Walk *walk, Expression *to, StepKind kind)
{
    to->count = 0;
    expression_step(walk, to, kind, walk->pc);
}

// The member of an object that a computed key names.
static void expression_member(const Walk *walk, Expression *object, const Expression *key)
{
    const uint8_t *code = walk->code->byte_code_buf;
    if (key->count == 1 && code[key->steps[0].pc] == OP_push_atom_value) {
        expression_step(walk, object, STEP_FIELD, key->steps[0].pc);
        return;
    }
    // One that would be too long, or begins with something without a name, is left out.
    const bool whole = key->count > 0 && key->steps[0].kind != STEP_UNKNOWN && object->count + key->count + 3 <= EXPRESSION_STEPS;
    expression_step(walk, object, STEP_OPEN, walk->pc);
    for (uint32_t i = 0; whole && i < key->count; i++)
        object->steps[object->count++] = key->steps[i];
    expression_step(walk, object, STEP_CLOSE, walk->pc);
}

// Instructions that only move what lies on the stack: what they take, and in what order they leave it, from its deepest on.
static const struct {
    uint8_t op, taken;
    const char *left;
} expression_moves[] = {
    {OP_nip, 2, "1"},        {OP_nip1, 3, "12"},       {OP_dup, 1, "00"},        {OP_dup1, 2, "001"},      {OP_dup2, 2, "0101"},
    {OP_dup3, 3, "012012"},  {OP_insert2, 2, "101"},   {OP_insert3, 3, "2012"},  {OP_insert4, 4, "30123"}, {OP_perm3, 3, "102"},
    {OP_perm4, 4, "2013"},   {OP_perm5, 5, "30124"},   {OP_swap, 2, "10"},       {OP_swap2, 4, "2301"},    {OP_rot3l, 3, "120"},
    {OP_rot3r, 3, "201"},    {OP_rot4l, 4, "1230"},    {OP_rot5l, 5, "12340"},   {OP_to_propkey, 1, "0"},  {OP_to_propkey2, 2, "01"},
    {OP_check_brand, 2, "01"}, {OP_check_object, 1, "0"}, {OP_to_object, 1, "0"}, {OP_set_home_object, 2, "01"},
};

static bool expression_move(Walk *walk, size_t index)
{
    const int taken = expression_moves[index].taken;
    for (int k = 0; k < taken; k++)
        expression_copies[k] = *expression_top(walk, taken - 1 - k);
    expression_pop(walk, taken);
    for (const char *left = expression_moves[index].left; *left; left++) {
        if (!expression_push(walk, 1))
            return false;
        *expression_top(walk, 0) = expression_copies[*left - '0'];
    }
    return true;
}

static bool expression_jump(Walk *walk, uint32_t target, int depth)
{
    // What jumps back comes to where the walk has been.
    if (target <= walk->pc)
        return true;
    if (walk->jumps == EXPRESSION_JUMPS)
        return false;
    expression_jumps[walk->jumps++] = (Jump){walk->pc, target, depth, *expression_top(walk, 0)};
    walk->next_target = min_uint32(walk->next_target, target);
    return true;
}

// Branches come together: what they wrote since they parted has no name.
static void expression_join(Walk *walk)
{
    walk->next_target = UINT32_MAX;
    int kept = 0;
    for (int i = 0; i < walk->jumps; i++) {
        const Jump jump = expression_jumps[i];
        if (jump.target != walk->pc) {
            expression_jumps[kept++] = jump;
            walk->next_target = min_uint32(walk->next_target, jump.target);
            continue;
        }
        const bool alone = walk->left;
        walk->left = false;
        walk->depth = jump.depth;
        for (int slot = 0; slot < walk->depth; slot++) {
            if (expression_stack[slot].born > jump.from)
                expression_stack[slot].count = 0;
        }
        // What followed the jump may have written there, but does not come here.
        if (alone && walk->depth > 0)
            *expression_top(walk, 0) = jump.top;
    }
    walk->jumps = kept;
}

// Here comes only what jumps back, from what the walk has not seen so far.
static void expression_land(Walk *walk)
{
    walk->left = false;
    walk->landing = walk->pc;
    for (int slot = 0; slot < walk->depth; slot++)
        expression_stack[slot] = (Expression){.born = walk->pc};
}

static int expression_popped(const uint8_t *at)
{
    const JSOpCode *info = &short_opcode_info(*at);
    if (info->fmt == OP_FMT_npop || info->fmt == OP_FMT_npop_u16)
        return info->n_pop + get_u16(at + 1);
    return info->n_pop + (info->fmt == OP_FMT_npopx ? *at - OP_call0 : 0);
}

// Where the function lies that a call is made of, counted from the top of the stack; -1: it is no call.
static int expression_callee(const uint8_t *at)
{
    switch (*at) {
    case OP_call0:
    case OP_call1:
    case OP_call2:
    case OP_call3:
    case OP_call:
    case OP_tail_call:
    case OP_eval: return expression_popped(at) - 1;
    case OP_call_method:
    case OP_tail_call_method: return expression_popped(at) - 2;
    case OP_call_constructor: return expression_popped(at) - 1;
    case OP_apply: return 2;
    case OP_apply_eval: return 1;
    default: return -1;
    }
}

// Instructions that push a variable, or leave what they assign to one.
static const struct {
    uint8_t first, last;
    enum { SCOPE_LOCAL, SCOPE_ARGUMENT, SCOPE_OUTER, SCOPE_GLOBAL } scope;
    uint8_t operand; // the bytes of its number; none: the instruction's own distance from the first
} expression_variables[] = {
    {OP_get_loc, OP_get_loc, SCOPE_LOCAL, 2},
    {OP_set_loc, OP_set_loc, SCOPE_LOCAL, 2},
    {OP_get_loc_check, OP_get_loc_check, SCOPE_LOCAL, 2},
    {OP_get_loc8, OP_get_loc8, SCOPE_LOCAL, 1},
    {OP_set_loc8, OP_set_loc8, SCOPE_LOCAL, 1},
    {OP_get_loc0, OP_get_loc3, SCOPE_LOCAL, 0},
    {OP_set_loc0, OP_set_loc3, SCOPE_LOCAL, 0},
    {OP_get_loc0_loc1, OP_get_loc0_loc1, SCOPE_LOCAL, 0},
    {OP_get_arg, OP_get_arg, SCOPE_ARGUMENT, 2},
    {OP_set_arg, OP_set_arg, SCOPE_ARGUMENT, 2},
    {OP_get_arg0, OP_get_arg3, SCOPE_ARGUMENT, 0},
    {OP_set_arg0, OP_set_arg3, SCOPE_ARGUMENT, 0},
    {OP_get_var_ref, OP_get_var_ref, SCOPE_OUTER, 2},
    {OP_set_var_ref, OP_set_var_ref, SCOPE_OUTER, 2},
    {OP_get_var_ref_check, OP_get_var_ref_check, SCOPE_OUTER, 2},
    {OP_get_var_ref0, OP_get_var_ref3, SCOPE_OUTER, 0},
    {OP_set_var_ref0, OP_set_var_ref3, SCOPE_OUTER, 0},
    {OP_get_var, OP_get_var, SCOPE_GLOBAL, 0},
    {OP_get_var_undef, OP_get_var_undef, SCOPE_GLOBAL, 0},
};

// Where an instruction stands in the two tables, counted from 1; filled at the first error.
static struct {
    uint8_t move, variable;
} expression_kinds[256];

static void expression_fill_kinds(void)
{
    if (expression_kinds[OP_dup].move != 0)
        return;
    for (size_t i = 0; i < countof(expression_moves); i++)
        expression_kinds[expression_moves[i].op].move = (uint8_t)(i + 1);
    for (size_t i = 0; i < countof(expression_variables); i++) {
        for (int op = expression_variables[i].first; op <= expression_variables[i].last; op++)
            expression_kinds[op].variable = (uint8_t)(i + 1);
    }
}

// False where the instruction is none of these.
static bool expression_variable(const JSFunctionBytecode *b, const uint8_t *at, bool second, JSAtom *name)
{
    const uint8_t kind = expression_kinds[*at].variable;
    if (kind == 0)
        return false;
    const int operand = expression_variables[kind - 1].operand;
    const int index = operand == 2 ? get_u16(at + 1) : operand == 1 ? at[1] : *at - expression_variables[kind - 1].first + second;
    *name = JS_ATOM_NULL;
    switch (expression_variables[kind - 1].scope) {
    case SCOPE_LOCAL:
        if (b->vardefs && index < b->var_count)
            *name = b->vardefs[b->arg_count + index].var_name;
        break;
    case SCOPE_ARGUMENT:
        if (b->vardefs && index < b->arg_count)
            *name = b->vardefs[index].var_name;
        break;
    case SCOPE_OUTER:
        if (b->closure_var && index < b->closure_var_count)
            *name = b->closure_var[index].var_name;
        break;
    case SCOPE_GLOBAL: *name = get_u32(at + 1); break;
    }
    return true;
}

static bool expression_is_constant(const uint8_t *at)
{
    switch (*at) {
    case OP_push_i32:
    case OP_push_i8:
    case OP_push_i16:
    case OP_push_const:
    case OP_push_const8:
    case OP_push_atom_value:
    case OP_push_empty_string:
    case OP_push_this:
    case OP_push_true:
    case OP_push_false:
    case OP_undefined:
    case OP_null:
    case OP_get_super:
    case OP_object: return true;
    case OP_array_from: return get_u16(at + 1) == 0;
    default: return *at >= OP_push_minus1 && *at <= OP_push_7;
    }
}

// Does one instruction that is neither a move nor a jump. False: there is no room.
static bool expression_apply(Walk *walk, const uint8_t *at)
{
    const JSOpCode *info = &short_opcode_info(*at);
    Expression *top = expression_top(walk, 0);
    switch (*at) {
    case OP_get_loc0_loc1:
        if (!expression_push(walk, 2))
            return false;
        expression_root(walk, expression_top(walk, 1), STEP_ROOT);
        expression_root(walk, expression_top(walk, 0), STEP_SECOND);
        return true;
    case OP_get_field2:
        if (!expression_push(walk, 1))
            return false;
        top = expression_top(walk, 0);
        *top = *expression_top(walk, 1);
        expression_step(walk, top, STEP_FIELD, walk->pc);
        return true;
    case OP_get_field:
    case OP_get_length: expression_step(walk, top, STEP_FIELD, walk->pc); return true;
    case OP_get_array_el:
    case OP_get_private_field:
        expression_copies[0] = *top;
        expression_pop(walk, 1);
        expression_member(walk, expression_top(walk, 0), &expression_copies[0]);
        return true;
    case OP_get_super_value:
        expression_copies[0] = *top;
        expression_pop(walk, 2);
        expression_root(walk, expression_top(walk, 0), STEP_ROOT);
        expression_member(walk, expression_top(walk, 0), &expression_copies[0]);
        return true;
    case OP_get_array_el2:
        expression_copies[0] = *top;
        *top = *expression_top(walk, 1);
        expression_member(walk, top, &expression_copies[0]);
        return true;
    default: break;
    }
    const int callee = *at == OP_call_constructor ? -1 : expression_callee(at);
    if (callee >= 0)
        expression_copies[0] = *expression_top(walk, callee);
    expression_pop(walk, expression_popped(at));
    if (!expression_push(walk, info->n_push))
        return false;
    top = expression_top(walk, 0);
    if (callee >= 0 && info->n_push == 1) {
        *top = expression_copies[0];
        expression_step(walk, top, STEP_CALL, walk->pc);
    } else {
        JSAtom name;
        if (expression_variable(walk->code, at, false, &name) || expression_is_constant(at))
            expression_root(walk, top, STEP_ROOT);
    }
    return true;
}

// Where an instruction may go beside the next; 0: nowhere.
static uint32_t expression_target(const Walk *walk, const uint8_t *at)
{
    switch (*at) {
    case OP_if_false8:
    case OP_if_true8:
    case OP_goto8: return walk->pc + 1 + (uint32_t)(int8_t)at[1];
    case OP_goto16: return walk->pc + 1 + (uint32_t)(int16_t)get_u16(at + 1);
    case OP_if_false:
    case OP_if_true:
    case OP_goto:
    case OP_catch:
    case OP_gosub: return walk->pc + 1 + get_u32(at + 1);
    // A name within `with`: found there or further out, it is the same name.
    default: return 0;
    }
}

static bool expression_leaves(uint8_t op)
{
    switch (op) {
    case OP_goto:
    case OP_goto8:
    case OP_goto16:
    case OP_tail_call:
    case OP_tail_call_method:
    case OP_return:
    case OP_return_undef:
    case OP_return_async:
    case OP_throw:
    case OP_throw_error:
    case OP_ret: return true;
    default: return false;
    }
}

// The code of a pattern begins with `undefined`, or with an argument, and gets the initializer's value instead from further down:
// what is taken apart is not what the walk sees.
static void expression_pattern(Walk *walk, uint8_t op, uint32_t target)
{
    if (op == OP_dup) {
        walk->pattern = 1;
    } else if (walk->pattern == 1 && op == OP_is_undefined) {
        walk->pattern = 2;
    } else {
        if (walk->pattern == 2 && (op == OP_if_true || op == OP_if_true8) && target > walk->pc) {
            Expression *top = expression_top(walk, 0);
            const bool initialized = top->count == 1 && walk->code->byte_code_buf[top->steps[0].pc] == OP_undefined;
            walk->landing = walk->pc + short_opcode_info(op).size;
            *top = (Expression){.born = initialized ? walk->landing : walk->pc};
        }
        walk->pattern = 0;
    }
}

// Does one instruction, and goes on to the next. False: there is no room.
static bool expression_advance(Walk *walk)
{
    const uint8_t *at = walk->code->byte_code_buf + walk->pc;
    const uint8_t move = expression_kinds[*at].move;
    if (!(move > 0 ? expression_move(walk, move - 1) : expression_apply(walk, at)))
        return false;
    const uint32_t target = expression_target(walk, at);
    const bool asked = walk->optional;
    walk->optional = *at == OP_is_undefined_or_null;
    if (target != 0 && !expression_jump(walk, target, walk->depth + (*at == OP_gosub)))
        return false;
    // `a?.b` goes on there; in `a ?? b` this has no name.
    if (asked && target > walk->pc && (*at == OP_if_false || *at == OP_if_false8))
        expression_step(walk, &expression_jumps[walk->jumps - 1].top, STEP_OPTIONAL, walk->pc);
    expression_pattern(walk, *at, target);
    walk->left = expression_leaves(*at);
    walk->pc += short_opcode_info(*at).size;
    return true;
}

static void expression_meet(Walk *walk)
{
    if (walk->pc >= walk->next_target)
        expression_join(walk);
    if (walk->left)
        expression_land(walk);
}

// Walks to the instruction that a program counter lies in, with the stack as it is before it. False where that is too much.
static bool expression_walk(Walk *walk, uint32_t until)
{
    walk->next_target = UINT32_MAX;
    for (;;) {
        expression_meet(walk);
        if (until < walk->pc + short_opcode_info(walk->code->byte_code_buf[walk->pc]).size)
            return true;
        if (!expression_advance(walk))
            return false;
    }
}

// What lies on the stack. What a pattern takes apart may lie behind it in the code; it is looked for there.
static void expression_follow(const Walk *walk, int index, Expression *found)
{
    const int place = walk->depth - 1 - index;
    if (place < 0)
        *found = (Expression){0};
    else
        *found = expression_stack[place];
    if (place < 0 || found->count > 0 || walk->landing == 0 || found->born != walk->landing)
        return;
    Walk ahead = *walk;
    while (ahead.pc < (uint32_t)ahead.code->byte_code_len) {
        expression_meet(&ahead);
        const bool back = expression_target(&ahead, ahead.code->byte_code_buf + ahead.pc) == walk->landing;
        if (!expression_advance(&ahead))
            return;
        if (back && place < ahead.depth) {
            *found = expression_stack[place];
            return;
        }
    }
}

// ---- as text ----

typedef struct ExpressionText {
    char bytes[EXPRESSION_TEXT];
    size_t size;
    bool too_long;
} ExpressionText;

static void expression_put(ExpressionText *text, const char *part)
{
    const size_t size = strlen(part);
    // What a message holds besides it has room behind.
    if (text->size + size + 64 > sizeof(text->bytes)) {
        text->too_long = true;
        return;
    }
    memcpy(text->bytes + text->size, part, size + 1);
    text->size += size;
}

static void expression_put_atom(JSContext *ctx, ExpressionText *text, JSAtom name)
{
    char part[ATOM_GET_STR_BUF_SIZE];
    JS_AtomGetStr(ctx, part, sizeof(part), name);
    expression_put(text, part);
}

// A value that needs no code of the program to be shown.
static void expression_put_primitive(JSContext *ctx, ExpressionText *text, JSValueConst value, const char *quote)
{
    const char *part = JS_IsString(value) || JS_IsNumber(value) || JS_IsBigInt(value) ? JS_ToCString(ctx, value) : NULL;
    if (!part) {
        text->too_long = true;
        return;
    }
    if (JS_IsString(value))
        expression_put(text, quote);
    expression_put(text, part);
    if (JS_IsString(value))
        expression_put(text, quote);
    JS_FreeCString(ctx, part);
}

static void expression_put_number(ExpressionText *text, int32_t number)
{
    char part[16];
    snprintf(part, sizeof(part), "%d", number);
    expression_put(text, part);
}

static void expression_put_root(JSContext *ctx, const JSFunctionBytecode *b, ExpressionText *text, const Step *step)
{
    const uint8_t *at = b->byte_code_buf + step->pc;
    JSAtom name;
    if (expression_variable(b, at, step->kind == STEP_SECOND, &name)) {
        const size_t before = text->size;
        if (name != JS_ATOM_NULL)
            expression_put_atom(ctx, text, name);
        // The engine's own have names that no program can give.
        if (text->size == before || text->bytes[before] == '<') {
            text->size = before;
            expression_put(text, expression_nameless);
        }
        return;
    }
    switch (*at) {
    case OP_push_i32: expression_put_number(text, (int32_t)get_u32(at + 1)); break;
    case OP_push_i8: expression_put_number(text, (int8_t)at[1]); break;
    case OP_push_i16: expression_put_number(text, (int16_t)get_u16(at + 1)); break;
    case OP_push_const: expression_put_primitive(ctx, text, b->cpool[get_u32(at + 1)], "\""); break;
    case OP_push_const8: expression_put_primitive(ctx, text, b->cpool[at[1]], "\""); break;
    case OP_push_atom_value:
        expression_put(text, "\"");
        expression_put_atom(ctx, text, get_u32(at + 1));
        expression_put(text, "\"");
        break;
    case OP_push_empty_string: expression_put(text, "\"\""); break;
    case OP_push_this: expression_put(text, "this"); break;
    case OP_get_super:
    case OP_get_super_value: expression_put(text, "super"); break;
    case OP_push_true: expression_put(text, "true"); break;
    case OP_push_false: expression_put(text, "false"); break;
    case OP_undefined: expression_put(text, "undefined"); break;
    case OP_null: expression_put(text, "null"); break;
    case OP_object: expression_put(text, "{}"); break;
    case OP_array_from: expression_put(text, "[]"); break;
    default: expression_put_number(text, *at - OP_push_0); break;
    }
}

static void expression_put_steps(JSContext *ctx, const JSFunctionBytecode *b, ExpressionText *text, const Expression *expression)
{
    bool private_name = false;
    for (uint32_t i = 0; i < expression->count; i++) {
        const Step *step = &expression->steps[i];
        const uint8_t *at = b->byte_code_buf + step->pc;
        const bool optional = i > 0 && step[-1].kind == STEP_OPTIONAL;
        switch ((StepKind)step->kind) {
        case STEP_UNKNOWN: expression_put(text, expression_nameless); break;
        case STEP_ROOT:
        case STEP_SECOND: expression_put_root(ctx, b, text, step); break;
        case STEP_FIELD:
            expression_put(text, optional ? "?." : ".");
            if (*at == OP_get_length)
                expression_put(text, "length");
            else
                expression_put_atom(ctx, text, get_u32(at + 1));
            break;
        case STEP_OPEN:
            private_name = *at == OP_get_private_field;
            expression_put(text, private_name ? "." : optional ? "?.[" : "[");
            if (i + 1 < expression->count && step[1].kind == STEP_CLOSE)
                expression_put(text, "...");
            break;
        case STEP_CLOSE:
            if (!private_name)
                expression_put(text, "]");
            private_name = false;
            break;
        case STEP_CALL: expression_put(text, optional ? "?.(...)" : "(...)"); break;
        case STEP_OPTIONAL: break;
        }
    }
}

// The instruction that the running function is at, with what lies on the stack before it; NULL where a built-in function
// runs, or where that is not known.
static const uint8_t *expression_find(JSContext *ctx, Walk *walk)
{
    const JSStackFrame *frame = ctx->rt->current_stack_frame;
    if (!frame || !frame->cur_pc || JS_VALUE_GET_TAG(frame->cur_func) != JS_TAG_OBJECT)
        return NULL;
    const JSObject *function = JS_VALUE_GET_OBJ(frame->cur_func);
    if (!js_class_has_bytecode(function->class_id))
        return NULL;
    expression_fill_kinds();
    *walk = (Walk){.code = function->u.func.function_bytecode};
    if (!expression_walk(walk, (uint32_t)(frame->cur_pc - walk->code->byte_code_buf) - 1))
        return NULL;
    return walk->code->byte_code_buf + walk->pc;
}

static void expression_text(JSContext *ctx, Walk *walk, int index, ExpressionText *text)
{
    text->size = 0;
    text->too_long = false;
    Expression found;
    expression_follow(walk, index, &found);
    expression_put_steps(ctx, walk->code, text, &found);
    if (text->size == 0 || text->too_long)
        snprintf(text->bytes, sizeof(text->bytes), "%s", expression_nameless);
}

// What V8 says of a value that no source names.
static void expression_of_value(JSContext *ctx, JSValueConst value, ExpressionText *text)
{
    *text = (ExpressionText){0};
    if (JS_IsUndefined(value) || JS_IsNull(value)) {
        expression_put(text, JS_IsNull(value) ? "null" : "undefined");
    } else if (JS_IsBool(value)) {
        expression_put(text, JS_VALUE_GET_BOOL(value) ? "true" : "false");
    } else if (JS_IsSymbol(value)) {
        JSAtom name = JS_ValueToAtom(ctx, value);
        expression_put(text, "Symbol(");
        expression_put_atom(ctx, text, name);
        expression_put(text, ")");
        JS_FreeAtom(ctx, name);
    } else if (!JS_IsObject(value)) {
        expression_put_primitive(ctx, text, value, "");
    } else if (JS_IsFunction(ctx, value)) {
        const char *name = get_func_name(ctx, value);
        expression_put(text, name && *name ? name : "function");
        JS_FreeCString(ctx, name);
    } else if (JS_VALUE_GET_OBJ(value)->class_id == JS_CLASS_ARRAY) {
        expression_put(text, "[object Array]");
    } else {
        JSValue constructor = plain_property(value, JS_ATOM_constructor);
        const char *name = get_func_name(ctx, constructor);
        expression_put(text, "#<");
        expression_put(text, name && *name ? name : "Object");
        expression_put(text, ">");
        JS_FreeCString(ctx, name);
        JS_FreeValue(ctx, constructor);
    }
    if (text->too_long)
        snprintf(text->bytes, sizeof(text->bytes), "the value");
}

// ---- errors ----

// `called` says that the instruction which the running function is at has called the value itself.
static JSValue throw_not_callable(JSContext *ctx, JSValueConst value, bool called, bool constructor)
{
    Walk walk;
    ExpressionText text;
    const uint8_t *at = called ? expression_find(ctx, &walk) : NULL;
    if (at && expression_callee(at) >= 0) {
        expression_text(ctx, &walk, expression_callee(at), &text);
    } else if (called) {
        snprintf(text.bytes, sizeof(text.bytes), "%s", expression_nameless);
    } else {
        expression_of_value(ctx, value, &text);
    }
    return JS_ThrowTypeError(ctx, constructor ? "%s is not a constructor" : "%s is not a function", text.bytes);
}

static JSValue throw_not_iterable(JSContext *ctx, JSValueConst value)
{
    Walk walk;
    ExpressionText text;
    const uint8_t *at = expression_find(ctx, &walk);
    if (at && (*at == OP_for_of_start || *at == OP_for_await_of_start || *at == OP_append)) {
        expression_text(ctx, &walk, 0, &text);
        if (strcmp(text.bytes, expression_nameless) != 0)
            return JS_ThrowTypeError(ctx, "%s is not iterable", text.bytes);
    }
    if (JS_IsUndefined(value))
        return JS_ThrowTypeError(ctx, "undefined is not iterable (cannot read property Symbol(Symbol.iterator))");
    if (JS_IsObject(value) || JS_IsSymbol(value)) {
        return JS_ThrowTypeError(ctx, "%s is not iterable (cannot read property Symbol(Symbol.iterator))",
                                 JS_IsSymbol(value) ? "symbol" : JS_IsFunction(ctx, value) ? "function" : "object");
    }
    expression_of_value(ctx, value, &text);
    return JS_ThrowTypeError(ctx, "%s %s is not iterable (cannot read property Symbol(Symbol.iterator))",
                             JS_IsNull(value)     ? "object"
                             : JS_IsBool(value)   ? "boolean"
                             : JS_IsNumber(value) ? "number"
                             : JS_IsString(value) ? "string"
                                                  : "bigint",
                             text.bytes);
}

static JSValue throw_no_property(JSContext *ctx, const char *format, JSValueConst value, JSAtom name)
{
    char text[ATOM_GET_STR_BUF_SIZE], symbol[ATOM_GET_STR_BUF_SIZE + 8];
    JS_AtomGetStr(ctx, text, sizeof(text), name);
    snprintf(symbol, sizeof(symbol), "Symbol(%s)", text);
    return JS_ThrowTypeError(ctx, format, JS_IsNull(value) ? "null" : "undefined",
                             JS_AtomGetKind(ctx, name) == JS_ATOM_KIND_STRING ? text : symbol);
}

static JSValue throw_unreadable(JSContext *ctx, JSValueConst value, JSAtom name)
{
    if (name == JS_ATOM_Symbol_iterator)
        return throw_not_iterable(ctx, value);
    return throw_no_property(ctx, "Cannot read properties of %s (reading '%s')", value, name);
}

static void throw_unreadable_member(JSContext *ctx, JSValueConst value, JSValueConst key)
{
    JSAtom name = JS_ValueToAtomInternal(ctx, key, JS_TO_STRING_NO_SIDE_EFFECTS);
    if (name != JS_ATOM_NULL)
        throw_unreadable(ctx, value, name);
    JS_FreeAtom(ctx, name);
}

static JSValue throw_unwritable(JSContext *ctx, JSValueConst value, JSAtom name)
{
    return throw_no_property(ctx, "Cannot set properties of %s (setting '%s')", value, name);
}

// The value that is taken apart by `{ a } = value`.
static JSValue destructured_object(JSContext *ctx, JSValueConst value)
{
    if (!JS_IsUndefined(value) && !JS_IsNull(value))
        return JS_ToObject(ctx, value);
    Walk walk;
    ExpressionText text;
    const uint8_t *at = expression_find(ctx, &walk);
    // What `with` is given is put into a variable.
    if (!at || *at != OP_to_object || at[1] == OP_put_loc || at[1] == OP_put_loc8 || (at[1] >= OP_put_loc0 && at[1] <= OP_put_loc3))
        return JS_ToObject(ctx, value);
    const char *kind = JS_IsNull(value) ? "null" : "undefined";
    expression_text(ctx, &walk, 0, &text);
    if (strcmp(text.bytes, expression_nameless) == 0)
        snprintf(text.bytes, sizeof(text.bytes), "%s", kind);
    const uint8_t *next = at + 1;
    if (*next == OP_dup && next[1] == OP_get_field)
        next++;
    else if (*next != OP_get_field2)
        return JS_ThrowTypeError(ctx, "Cannot destructure '%s' as it is %s.", text.bytes, kind);
    char name[ATOM_GET_STR_BUF_SIZE];
    JS_AtomGetStr(ctx, name, sizeof(name), get_u32(next + 1));
    return JS_ThrowTypeError(ctx, "Cannot destructure property '%s' of '%s' as it is %s.", name, text.bytes, kind);
}
