using Criterion.Memory;

namespace Criterion.Nn;

/// <summary>
/// What one module inside another hands on to the next is nobody else's: inside of a <see cref="TensorScope"/> its memory is used again
/// when the last gradient that reads it is known, at once if there is none, and not only at the end of the scope.
/// </summary>
internal readonly struct Passage
{
    readonly ScopedMemory? _scope;
    readonly int _start;

    Passage(ScopedMemory? scope) => (_scope, _start) = (scope, scope?.Adopted ?? 0);

    /// <summary>Before the first module runs: what there is by then belongs to others.</summary>
    public static Passage Begin() => new(TensorScope.Current);

    /// <summary>A module has made <paramref name="output"/> of <paramref name="input"/>, which may share its memory.</summary>
    public void Leave(Tensor input, Tensor output)
    {
        if (_scope is not null && input.Storage != output.Storage)
        {
            _scope.Pass(input.Storage, _start);
        }
    }
}
