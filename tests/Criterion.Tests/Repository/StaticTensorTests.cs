using System.Reflection;

namespace Criterion.Tests.Repository;

/// <summary>
/// A static field is initialised when it is first read: inside a <see cref="TensorScope"/> its tensors would end with the scope, so that
/// tests passed or failed by their order.
/// </summary>
public class StaticTensorTests
{
    const BindingFlags Fields = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Created by <see cref="TensorScope.Outside"/>, so that no scope adopts them.</summary>
    static readonly string[] CreatedOutside = ["Criterion.Tests.Repository.ThreadsPageTests.Smoothing"];

    [Fact]
    public void No_static_field_holds_a_tensor()
    {
        string[] found =
        [
            .. from assembly in Assemblies()
               from type in assembly.GetTypes()
               where !type.ContainsGenericParameters
               from field in type.GetFields(Fields)
               where Holds(field.FieldType)
               let name = $"{type.FullName}.{field.Name}"
               where !CreatedOutside.Contains(name)
               select name,
        ];
        Assert.True(found.Length == 0,
            "Make it a property that creates the tensor, or hold it by a module or data set, or create it by "
                + $"TensorScope.Outside: {string.Join(", ", found)}");
    }

    [Fact]
    public void Fields_of_tensors_are_recognised()
    {
        Assert.All([typeof(Tensor), typeof(Tensor[]), typeof(Lazy<Tensor>), typeof((int, Tensor)), typeof(Dictionary<string, Tensor[]>)],
            static type => Assert.True(Holds(type)));
        Assert.All([typeof(string), typeof(int[]), typeof(List<Shape>), typeof(Func<Tensor, Tensor>)],
            static type => Assert.False(Holds(type)));
    }

    static IEnumerable<Assembly> Assemblies()
    {
        Assembly own = typeof(StaticTensorTests).Assembly;
        return own.GetReferencedAssemblies().Where(static name => name.Name!.StartsWith("Criterion", StringComparison.Ordinal)).Select(
            Assembly.Load).Prepend(own);
    }

    // A lambda that is kept in a field only takes or makes tensors.
    static bool Holds(Type type) => type == typeof(Tensor)
        || (type.GetElementType() is { } element && Holds(element))
        || (!type.IsAssignableTo(typeof(Delegate)) && type.GetGenericArguments().Any(Holds));
}
