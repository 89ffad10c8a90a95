using System.Runtime.CompilerServices;

namespace Criterion.Numbers;

/// <summary>
/// A bool as an integer: an option of a formula. A struct with a bool field is not blittable, so a compiler for another device could not
/// pass it by value.
/// </summary>
internal readonly struct Flag
{
    readonly int _value;

    Flag(int value) => _value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Flag(bool value) => new(value ? 1 : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator bool(Flag flag) => flag._value != 0;
}
