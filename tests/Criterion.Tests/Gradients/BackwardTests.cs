namespace Criterion.Tests.Gradients;

/// <summary>Graphs, leaves and switches in a backward pass.</summary>
public class BackwardTests
{
    [Fact]
    public void Backward_adds_to_the_gradients_of_leaves()
    {
        Tensor x = Leaf(2, 3);
        (x * x).Sum().Backward();
        Assert.Equal([4.0, 6], x.Grad!.ToArray<double>());
        (x * 10).Sum().Backward();
        Assert.Equal([14.0, 16], x.Grad!.ToArray<double>());
        x.Grad = null;
        x.Sum().Backward();
        Assert.Equal([1.0, 1], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void A_leaf_has_its_own_gradient()
    {
        // An addition passes one gradient on to both operands, and the caller's seed comes through it unchanged.
        Tensor a = Leaf(1, 2);
        Tensor b = Leaf(3, 4);
        Tensor seed = Tensor.Ones([2], DType.Float64);
        (a + b).Backward(seed);
        a.Grad!.Fill(7);
        Assert.Equal([1.0, 1], b.Grad!.ToArray<double>());
        b.Grad!.Fill(8);
        Assert.Equal([1.0, 1], seed.ToArray<double>());
        Assert.Equal([7.0, 7], a.Grad!.ToArray<double>());
    }

    [Fact]
    public void Paths_that_part_and_meet_add_up()
    {
        // d/dx of (x² + 3x)·x² = 4x³ + 9x².
        Tensor x = Leaf(2);
        Tensor square = x * x;
        ((square + (x * 3)) * square).Sum().Backward();
        Assert.Equal(68, x.Grad!.Item(), 1e-12);
    }

    [Fact]
    public void A_node_runs_once_however_many_paths_lead_to_it()
    {
        // 2⁶⁰ paths: a pass that visited each would not end.
        Tensor x = Leaf(1);
        Tensor y = x;
        for (int i = 0; i < 60; i++)
        {
            y = (y + y) * 0.5;
        }

        y.Sum().Backward();
        Assert.Equal(1, x.Grad!.Item());
    }

    [Fact]
    public void A_deep_chain_does_not_overflow_the_stack()
    {
        Tensor x = Leaf(1);
        Tensor y = x;
        for (int i = 0; i < 10_000; i++)
        {
            y = y + 0.5;
        }

        Assert.Equal(1, Autograd.Grad(y.Sum(), x, createGraph: true).Item());
        y.Sum().Backward();
        Assert.Equal(1, x.Grad!.Item());
    }

    [Fact]
    public void Grad_changes_no_leaf_and_reaches_intermediate_results()
    {
        Tensor x = Leaf(3);
        Tensor middle = x * x;
        Tensor y = middle * 5;
        Tensor[] gradients = Autograd.Grad([y], [x, middle]);
        Assert.Equal([30, 5], gradients.Select(static g => g.Item()));
        Assert.Null(x.Grad);
    }

    [Fact]
    public void Gradients_of_several_outputs_add_up()
    {
        Tensor x = Leaf(3);
        Assert.Equal(6 + 5, Autograd.Grad([x * x, x * 5], [x])[0].Item());
        Assert.Equal((2 * 6) - 5, Autograd.Grad([x * x, x * 5], [x], gradients: [Leaf(2).Detach(), Leaf(-1).Detach()])[0].Item());
    }

    [Fact]
    public void Derivatives_of_any_order()
    {
        Tensor x = Leaf(2);
        Tensor y = x.Pow(5);
        foreach (double expected in new[] { 80, 160, 240, 240, 120 })
        {
            y = Autograd.Grad(y, x, createGraph: true);
            Assert.Equal(expected, y.Item(), 1e-9);
        }

        Assert.Equal(0, Autograd.Grad([y], [x], createGraph: true, allowUnused: true)[0].Item());
    }

    [Fact]
    public void Backward_with_createGraph_gives_gradients_that_can_be_differentiated()
    {
        Tensor x = Leaf(2);
        x.Pow(3).Sum().Backward(createGraph: true);
        Assert.Equal(12, Autograd.Grad(x.Grad!, x).Item());
    }

    [Fact]
    public void A_gradient_penalty_reaches_the_weights()
    {
        // D(x) = w·x²: the norm of its gradient is |2wx|, the penalty (|2wx| − 1)², its derivative by w 2(2wx − 1)·2x.
        Tensor w = Leaf(0.7);
        Tensor x = Leaf(1.5);
        Tensor slope = Autograd.Grad(w * x * x, x, createGraph: true);
        (slope.Norm() - 1).Pow(2).Backward();
        Assert.Equal(2 * ((2 * 0.7 * 1.5) - 1) * 2 * 1.5, w.Grad!.Item(), 1e-12);
    }

    [Fact]
    public void Nothing_is_recorded_without_gradients()
    {
        Tensor x = Leaf(1);
        using (Autograd.NoGrad())
        {
            Assert.False(Autograd.Enabled || (x * 2).RequiresGrad);
            using (Autograd.EnableGrad())
            {
                Assert.True((x * 2).RequiresGrad);
            }

            Assert.False((x * 2).RequiresGrad);
        }

        Assert.True(Autograd.Enabled && (x * 2).RequiresGrad);
        Assert.False(Tensor.Ones([1]).Exp().RequiresGrad || x.Detach().RequiresGrad);
        Assert.False(x.EqualTo(1).RequiresGrad || x.ArgMax().RequiresGrad);
        Assert.False(x.To(DType.Int64).RequiresGrad);
    }

    [Fact]
    public void Recording_is_switched_for_one_thread()
    {
        using (Autograd.NoGrad())
        {
            bool elsewhere = false;
            Thread thread = new(() => elsewhere = Autograd.Enabled);
            thread.Start();
            thread.Join();
            Assert.True(elsewhere);
        }
    }

    [Fact]
    public void A_detached_factor_is_a_constant()
    {
        Tensor x = Leaf(3);
        (x * x.Detach()).Sum().Backward();
        Assert.Equal(3, x.Grad!.Item());
    }

    [Fact]
    public void Leaves_are_what_was_not_computed()
    {
        Tensor x = Leaf(1);
        Tensor y = x * 2;
        Assert.True(x is { IsLeaf: true, RequiresGrad: true } && y is { IsLeaf: false, RequiresGrad: true });
        Assert.True(Tensor.Ones([1]) is { IsLeaf: true, RequiresGrad: false });
        x.RequiresGrad = false;
        Assert.False((x * 2).RequiresGrad);
    }

    [Fact]
    public void Gradients_come_in_the_type_of_their_leaf()
    {
        Tensor x = Tensor.Ones([2]);
        x.RequiresGrad = true;
        Tensor y = Leaf(1, 2);
        (x * y).Sum().Backward();
        Assert.Equal((DType.Float32, DType.Float64), (x.Grad!.DType, y.Grad!.DType));
    }

    /// <summary>Invalid calls, and words of their errors.</summary>
    static readonly (string Name, Type Type, Action Call, string[] Said)[] Wrong =
    [
        ("Backward of more than a scalar", typeof(ShapeException), static () => Leaf(1, 2).Exp().Backward(), ["Backward", "[2]", ".Sum()"]),
        ("Backward of a constant", typeof(AutogradException), static () => Tensor.Ones([]).Backward(), ["Backward", "RequiresGrad"]),
        ("Grad of a constant", typeof(AutogradException), static () => Autograd.Grad(Tensor.Ones([]), Leaf(1)), ["Grad", "RequiresGrad"]),
        ("Grad by a constant", typeof(AutogradException),
            static () => Autograd.Grad(Leaf(1).Exp(), Tensor.Ones([])), ["Grad", "RequiresGrad"]),
        ("Grad by what was not used", typeof(AutogradException),
            static () => Autograd.Grad(Leaf(1).Exp(), Leaf(1)), ["input 0", "allowUnused"]),
        ("A second pass through a freed graph", typeof(AutogradException),
            static () => Twice(Leaf(1).Exp(), retain: false), ["freed", "retainGraph"]),
        ("A seed of another shape", typeof(ShapeException),
            static () => Leaf(1, 2).Exp().Backward(Tensor.Ones([3], DType.Float64)), ["[3]", "[2]"]),
        ("A seed of another type", typeof(ShapeException),
            static () => Leaf(1, 2).Exp().Backward(Tensor.Ones([2])), ["Float32", "Float64"]),
        ("A gradient of integers", typeof(DTypeException),
            static () => Tensor.Ones([1], DType.Int64).RequiresGrad = true, ["Int64", ".To(DType.Float32)"]),
        ("RequiresGrad = false on a result", typeof(AutogradException),
            static () => Leaf(1).Exp().RequiresGrad = false, ["'Exp'", ".Detach()"]),
        ("Fill of a leaf", typeof(AutogradException), static () => Leaf(1).Fill(2), ["Fill", "NoGrad"]),
        ("CopyFrom into a leaf", typeof(AutogradException), static () => Leaf(1).CopyFrom(Leaf(2)), ["CopyFrom", "NoGrad"]),
        ("Assignment to a part of a leaf", typeof(AutogradException),
            static () => Leaf(1, 2)[0] = Leaf(2).Squeeze(), ["Assignment", "NoGrad"]),
        ("A span of a result", typeof(AutogradException), static () => Leaf(1).Exp().AsSpan<double>(), ["AsSpan", "NoGrad"]),
    ];

    public static IEnumerable<TheoryDataRow<string>> WrongNames() =>
        Wrong.Select(static w => new TheoryDataRow<string>(w.Name) { TestDisplayName = w.Name });

    [Theory]
    [MemberData(nameof(WrongNames))]
    public void Errors_name_the_cause_and_the_fix(string name)
    {
        (_, Type type, Action call, string[] said) = Wrong.Single(w => w.Name == name);
        Exception e = Assert.Throws(type, call);
        Assert.All(said, word => Assert.Contains(word, e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_retained_graph_can_be_differentiated_again()
    {
        Tensor x = Leaf(2);
        Twice((x * x).Sum(), retain: true);
        Assert.Equal(8, x.Grad!.Item());
    }

    [Fact]
    public void Unused_inputs_are_zeros_on_request()
    {
        Tensor x = Leaf(1, 2);
        Tensor unused = Tensor.Ones([2, 3]);
        unused.RequiresGrad = true;
        Tensor[] gradients = Autograd.Grad([x.Sum()], [x, unused], allowUnused: true);
        Assert.Equal([1.0, 1], gradients[0].ToArray<double>());
        Assert.Equal(new float[6], gradients[1].ToArray<float>());
        Assert.Equal((new Shape(2, 3), DType.Float32), (gradients[1].Shape, gradients[1].DType));
    }

    [Fact]
    public void A_users_own_operation_is_recorded()
    {
        // y = x³ with a rule of its own.
        Tensor x = Leaf(2);
        Tensor cube = Autograd.Record("cube", x.Detach() * x.Detach() * x.Detach(), [x], x, (x, static (g, x) => g * x * x * 3));
        Tensor slope = Autograd.Grad(cube, x, createGraph: true);
        Assert.Equal([8.0, 12, 12], [cube.Item(), slope.Item(), Autograd.Grad(slope, x).Item()]);
    }

    [Fact]
    public void An_operation_may_have_many_inputs_with_a_rule_each_or_a_joint_one()
    {
        Tensor[] inputs = [.. Enumerable.Range(0, 5).Select(static i => Leaf(i))];
        var rules = new (Tensor?, Func<Tensor, double, Tensor>)[inputs.Length];
        for (int i = 0; i < rules.Length; i++)
        {
            int factor = i;
            rules[i] = (inputs[i], (g, scale) => g * scale * factor);
        }

        Tensor separate = Autograd.Record("separate", Tensor.Zeros([1], DType.Float64), [], 2.0, rules);
        Tensor joint = Autograd.Record(
            "joint", Tensor.Zeros([1], DType.Float64), [], 3.0, inputs, static (g, scale) => [g * scale, null, null, null, g]);
        (separate + joint).Sum().Backward();
        Assert.Equal([3.0, 2, 4, 6, 9], inputs.Select(static input => input.Grad!.Item()));
    }

    static void Twice(Tensor y, bool retain)
    {
        y.Backward(retainGraph: retain);
        y.Backward();
    }

    static Tensor Leaf(params double[] values)
    {
        Tensor leaf = Tensor.From(values, [values.Length]);
        leaf.RequiresGrad = true;
        return leaf;
    }
}
