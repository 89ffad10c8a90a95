using System.Reflection;

namespace Criterion.Tests.Kernels;

/// <summary>
/// Loops that the compiler optimises at once must not be inlined either: when a caller is compiled again, they would share its budget
/// of what may be inlined, and the operations in them would be called one by one, up to thirteen times slower.
/// </summary>
public class HotLoopTests
{
    const BindingFlags Any =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Fact]
    public void What_is_optimized_at_once_is_not_inlined() => Assert.Empty(
        from type in typeof(Tensor).Assembly.GetTypes()
        from method in type.GetMethods(Any)
        let flags = method.MethodImplementationFlags
        where flags.HasFlag(MethodImplAttributes.AggressiveOptimization) && !flags.HasFlag(MethodImplAttributes.NoInlining)
        select $"{type.Name}.{method.Name}");
}
